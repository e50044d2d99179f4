#include "abi/version.h"

namespace enginesmith::abi {
namespace {

constexpr std::int32_t kMajor = 10000;
/// TensorRT-RTX counts 1.x; full TensorRT counts 10.x and up; 7.x, 8.x and 9.x counted in thousands.
constexpr std::int32_t kFirstFull = 10 * kMajor;

bool isRtx(const FlavourTable& table) noexcept { return table.from < kFirstFull; }

const FlavourTable* newestOf(std::int32_t major, bool rtx) noexcept {
    const FlavourTable* newest = nullptr;
    for (std::size_t i = 0; i < kFlavourCount; ++i) {
        const FlavourTable& table = kFlavours[i];
        if (isRtx(table) == rtx && table.from / kMajor == major && (newest == nullptr || table.to > newest->to)) newest = &table;
    }
    return newest;
}

}  // namespace

const char* nameOf(Flavour flavour) noexcept { return flavour == Flavour::tensorrt ? "tensorrt" : "tensorrt-rtx"; }

std::string versionText(std::int32_t version) {
    if (version < kMajor)
        return std::to_string(version / 1000) + "." + std::to_string(version / 100 % 10) + "." + std::to_string(version % 100);
    return std::to_string(version / kMajor) + "." + std::to_string(version / 100 % 100) + "." + std::to_string(version % 100);
}

Gate gate(std::int32_t version) {
    const bool rtx = version >= kMajor && version < kFirstFull;
    const Flavour flavour = rtx ? Flavour::tensorrtRtx : Flavour::tensorrt;
    for (std::size_t i = 0; i < kFlavourCount; ++i) {
        if (version >= kFlavours[i].from && version <= kFlavours[i].to) return {Table(kFlavours[i], version), flavour, "", ""};
    }
    const std::string name = std::string(rtx ? "TensorRT-RTX " : "TensorRT ") + versionText(version);
    const FlavourTable* newest = newestOf(version / kMajor, rtx);
    if (newest != nullptr && version > newest->to && !rtx) {
        return {
            Table(*newest, version), flavour, "",
            name + " is newer than what this program was proven on (up to " + versionText(newest->to) + "); it is used with extra checks"};
    }
    if (newest != nullptr && version > newest->to) {
        return {std::nullopt, flavour,
                name + " is newer than what this program knows (up to " + versionText(newest->to) + "); its interface may have moved", ""};
    }
    if (newest == nullptr && version >= kFirstFull) return {std::nullopt, flavour, name + " is newer than what this program knows", ""};
    return {std::nullopt, flavour, name + " is older than what this program knows", ""};
}

}  // namespace enginesmith::abi
