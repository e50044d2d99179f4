#include "trt/timing_cache.h"

#include <filesystem>
#include <system_error>

#include "base/file.h"

namespace enginesmith::trt {
namespace {

std::vector<char> readIfThere(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(pathOf(path), error) ? readFile(path) : std::vector<char>();
}

abi::TimingCache makeCache(const Network& network, const std::vector<char>& bytes) {
    return network.config().createTimingCache(bytes.empty() ? nullptr : bytes.data(), bytes.size());
}

}  // namespace

TimingCacheFile::TimingCacheFile(Network& network, std::string path, Events& events)
    : network_(network), path_(std::move(path)), events_(events), cache_(makeCache(network, readIfThere(path_))) {
    constexpr bool kIgnoreMismatch = false;
    usable_ = static_cast<bool>(cache_) && network_.config().setTimingCache(*cache_, kIgnoreMismatch);
    if (!usable_) {
        events_.log(LogLevel::warning, "enginesmith",
                    "The timing cache " + path_ + " was made by another library or GPU; it is neither used nor written.");
        network_.recorder().clear();
    }
}

std::size_t TimingCacheFile::save() {
    if (!usable_) return 0;
    constexpr bool kIgnoreMismatch = false;
    const abi::Owned<abi::TimingCache> onDisk(makeCache(network_, readIfThere(path_)));
    if (onDisk) cache_->combine(*onDisk, kIgnoreMismatch);
    const abi::Owned<abi::HostMemory> memory(cache_->serialize());
    if (!memory) return 0;
    writeAtomically(path_, memory->data(), memory->size());
    return memory->size();
}

}  // namespace enginesmith::trt
