#include "trt/header.h"

#include <algorithm>
#include <cstring>

#include "base/file.h"

namespace enginesmith::trt {
namespace {

// As seen on engines that TensorRT-RTX 1.4 to 1.7 built; see docs/adr.
constexpr std::size_t kRtxVersionAt = 0x18;
constexpr std::size_t kRtxMaskAt = 0x20;
constexpr std::size_t kRtxHeader = 0x40;
constexpr std::size_t kMagic = 4;

struct TargetBit {
    std::uint32_t bit;
    const char* target;
};

/// Learnt by building for each target and reading the mask back; the test of this table does it again.
constexpr TargetBit kTargetBits[] = {{0x01, "sm75"}, {0x02, "sm80"}, {0x04, "sm86"}, {0x08, "sm89"}, {0x10, "sm120"}, {0x20, "sm121"}};

std::uint32_t littleEndian(const char* bytes) {
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

bool isMagic(const char* bytes) {
    return std::memcmp(bytes, "vtrt", kMagic) == 0 || std::memcmp(bytes, "ptrt", kMagic) == 0 || std::memcmp(bytes, "ftrt", kMagic) == 0;
}

HeaderReading readPlan(const char* bytes, std::size_t size, std::uint64_t offset, std::string metadata) {
    if (size < kMagic || !isMagic(bytes)) return {std::nullopt, "it does not begin like an engine"};
    EngineHeader header{"tensorrt", std::string(bytes, kMagic), std::nullopt, {}, std::nullopt, offset, std::move(metadata)};
    if (header.magic != "vtrt") return {header, ""};
    header.flavour = "tensorrt-rtx";
    if (size < kRtxHeader) return {std::nullopt, "the file is truncated: an engine's header has " + std::to_string(kRtxHeader) + " bytes"};
    const auto* version = reinterpret_cast<const unsigned char*>(bytes + kRtxVersionAt);
    header.version =
        std::to_string(version[0]) + "." + std::to_string(version[1]) + "." + std::to_string(version[2]) + "." + std::to_string(version[3]);
    header.targetMask = littleEndian(bytes + kRtxMaskAt);
    for (const TargetBit& entry : kTargetBits) {
        if ((*header.targetMask & entry.bit) != 0) header.targets.emplace_back(entry.target);
    }
    return {header, ""};
}

/// Ultralytics puts a length and that much JSON before the plan.
std::uint32_t prefixLength(const char* bytes, std::size_t size) {
    constexpr std::uint32_t kLongest = 1u << 20;
    if (size <= kMagic || bytes[kMagic] != '{') return 0;
    const std::uint32_t length = littleEndian(bytes);
    return length <= kLongest ? length : 0;
}

}  // namespace

HeaderReading readHeader(const char* bytes, std::size_t size) {
    if (size == 0) return {std::nullopt, "the file is empty"};
    const std::uint32_t prefix = prefixLength(bytes, size);
    if (prefix == 0) return readPlan(bytes, size, 0, "");
    const std::size_t offset = kMagic + prefix;
    if (offset >= size) return {std::nullopt, "the file is truncated within its metadata"};
    return readPlan(bytes + offset, size - offset, offset, std::string(bytes + kMagic, prefix));
}

HeaderReading readHeader(const std::string& path) {
    fileSize(path);
    std::vector<char> head = readPart(path, 0, kRtxHeader);
    const std::uint32_t prefix = prefixLength(head.data(), head.size());
    if (prefix != 0) head = readPart(path, 0, kMagic + prefix + kRtxHeader);
    return readHeader(head.data(), head.size());
}

}  // namespace enginesmith::trt
