#include "loader/image.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/failure.h"
#include "base/file.h"

namespace enginesmith::loader {
namespace {

#if defined(__aarch64__) || defined(_M_ARM64)
constexpr std::uint16_t kElfMachine = 183;
constexpr std::uint16_t kPeMachine = 0xAA64;
#else
constexpr std::uint16_t kElfMachine = 62;
constexpr std::uint16_t kPeMachine = 0x8664;
#endif

/// Little-endian field of a header; the reader has checked the size.
template <class T>
T field(const std::vector<char>& bytes, std::size_t offset) {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

std::string truncated(std::uint64_t wanted, std::uint64_t size) {
    return "the file is truncated: its headers speak of " + std::to_string(wanted) + " bytes, it has " + std::to_string(size);
}

bool fits(std::uint64_t offset, std::uint64_t length, std::uint64_t size) { return length <= size && offset <= size - length; }

std::string inspectElf(const std::string& path, const std::vector<char>& head, std::uint64_t size) {
    constexpr std::size_t kHeader = 64;
    if (head.size() < kHeader) return truncated(kHeader, size);
    if (head[4] != 2 || head[5] != 1) return "it is not a 64-bit little-endian library";
    if (field<std::uint16_t>(head, 16) != 3) return "it is an ELF file, but not a shared library";
    if (field<std::uint16_t>(head, 18) != kElfMachine) return "it is made for another kind of processor";
    const auto programs = field<std::uint64_t>(head, 32), sections = field<std::uint64_t>(head, 40);
    const std::uint64_t programSize = field<std::uint16_t>(head, 54), programCount = field<std::uint16_t>(head, 56);
    const std::uint64_t sectionSize = field<std::uint16_t>(head, 58), sectionCount = field<std::uint16_t>(head, 60);
    if (!fits(programs, programSize * programCount, size)) return truncated(programs + programSize * programCount, size);
    if (sections != 0 && !fits(sections, sectionSize * sectionCount, size)) return truncated(sections + sectionSize * sectionCount, size);
    if (programCount == 0 || programSize < 56) return "its program headers make no sense";
    const std::vector<char> table = readPart(path, programs, programSize * programCount);
    if (table.size() != programSize * programCount) return truncated(programs + programSize * programCount, size);
    for (std::uint64_t i = 0; i < programCount; ++i) {
        const std::size_t row = static_cast<std::size_t>(i * programSize);
        const auto offset = field<std::uint64_t>(table, row + 8), length = field<std::uint64_t>(table, row + 32);
        if (!fits(offset, length, size)) return truncated(offset + length, size);
    }
    return "";
}

std::string inspectPe(const std::string& path, const std::vector<char>& head, std::uint64_t size) {
    if (head.size() < 64) return truncated(64, size);
    const std::uint64_t start = field<std::uint32_t>(head, 60);
    const std::vector<char> header = readPart(path, start, 24);
    if (header.size() < 24) return truncated(start + 24, size);
    if (std::memcmp(header.data(), "PE\0\0", 4) != 0) return "it is not a Windows library";
    if (field<std::uint16_t>(header, 4) != kPeMachine) return "it is made for another kind of processor";
    const std::uint64_t count = field<std::uint16_t>(header, 6), optional = field<std::uint16_t>(header, 20);
    constexpr std::uint64_t kSection = 40;
    const std::vector<char> sections = readPart(path, start + 24 + optional, kSection * count);
    if (sections.size() != kSection * count) return truncated(start + 24 + optional + kSection * count, size);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t row = static_cast<std::size_t>(i * kSection);
        const std::uint64_t length = field<std::uint32_t>(sections, row + 16), offset = field<std::uint32_t>(sections, row + 20);
        if (!fits(offset, length, size)) return truncated(offset + length, size);
    }
    return "";
}

}  // namespace

std::string inspectImage(const std::string& path) {
    try {
        const std::uint64_t size = fileSize(path);
        if (size == 0) return "the file is empty";
        const std::vector<char> head = readPart(path, 0, 64);
#ifdef _WIN32
        if (head.size() < 2 || head[0] != 'M' || head[1] != 'Z') return "it is not a Windows library";
        return inspectPe(path, head, size);
#else
        if (head.size() >= 2 && head[0] == 'M' && head[1] == 'Z') {
            const std::string reason = inspectPe(path, head, size);
            return reason.empty() ? "it is a Windows library" : reason;
        }
        if (head.size() < 4 || std::memcmp(head.data(), "\177ELF", 4) != 0) return "it is not a shared library (no ELF header)";
        return inspectElf(path, head, size);
#endif
    } catch (const Failure& failure) {
        return failure.message();
    }
}

}  // namespace enginesmith::loader
