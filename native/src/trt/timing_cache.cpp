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

std::size_t sizeOf(const abi::TimingCache& cache) {
    const abi::Owned<abi::HostMemory> memory(cache.serialize());
    return memory ? memory->size() : 0;
}

/// TensorRT 10.6 takes bytes that are no timing cache and gives an empty one, without a word.
bool lost(const Network& network, const std::vector<char>& bytes, const abi::TimingCache& cache) {
    if (bytes.empty()) return false;
    const abi::Owned<abi::TimingCache> empty(makeCache(network, {}));
    const std::size_t nothing = empty ? sizeOf(*empty) : 0;
    return sizeOf(cache) <= nothing && bytes.size() != nothing;
}

}  // namespace

TimingCacheFile::TimingCacheFile(Network& network, std::string path, bool owned, Events& events)
    : network_(network), path_(std::move(path)) {
    const std::vector<char> bytes = readIfThere(path_);
    state_ = bytes.empty() ? "new" : "reused";
    abi::Owned<abi::TimingCache> found(makeCache(network_, bytes));
    if (found && !lost(network_, bytes, *found) && use(std::move(found))) return;
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
    before_ = sizeOf(**cache_);
    return true;
}

bool TimingCacheFile::grew() const { return cache_ && sizeOf(**cache_) > before_; }

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
