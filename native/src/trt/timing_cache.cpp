#include "trt/timing_cache.h"

#include <filesystem>
#include <system_error>

#include "base/file.h"
#include "loader/file_lock.h"

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

TimingCacheFile::TimingCacheFile(Network& network, std::string path, bool owned, Events& events)
    : network_(network), path_(std::move(path)) {
    const std::vector<char> bytes = readIfThere(path_);
    state_ = bytes.empty() ? "new" : "reused";
    if (use(abi::Owned<abi::TimingCache>(makeCache(network_, bytes)))) return;
    network_.recorder().clear();
    const bool replaced = owned && use(abi::Owned<abi::TimingCache>(makeCache(network_, {})));
    state_ = replaced ? "replaced" : "refused";
    events.log(LogLevel::warning, "enginesmith",
               "The timing cache " + path_ + " is damaged, or was made by another library or GPU; it is " +
                   (replaced ? "begun anew." : "neither used nor written."));
}

bool TimingCacheFile::use(abi::Owned<abi::TimingCache> cache) {
    constexpr bool kIgnoreMismatch = false;
    if (!cache || !network_.config().setTimingCache(*cache, kIgnoreMismatch)) return false;
    cache_.emplace(std::move(cache));
    before_ = bytes();
    return true;
}

std::size_t TimingCacheFile::bytes() const {
    const abi::Owned<abi::HostMemory> memory((*cache_)->serialize());
    return memory ? memory->size() : 0;
}

bool TimingCacheFile::grew() const { return cache_ && bytes() > before_; }

TimingCacheUse TimingCacheFile::save() {
    if (!cache_) return {path_, state_, 0};
    constexpr bool kIgnoreMismatch = false;
    const loader::FileLock lock(path_ + ".lock");
    const abi::Owned<abi::TimingCache> onDisk(makeCache(network_, readIfThere(path_)));
    if (onDisk) (*cache_)->combine(*onDisk, kIgnoreMismatch);
    const abi::Owned<abi::HostMemory> memory((*cache_)->serialize());
    if (!memory) return {path_, "refused", 0};
    writeAtomically(path_, memory->data(), memory->size());
    return {path_, state_, memory->size()};
}

}  // namespace enginesmith::trt
