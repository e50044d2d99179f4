#pragma once
#include <optional>
#include <string>

#include "trt/network.h"

namespace enginesmith::trt {

/// The timings of earlier builds, in a file: read before a build, written back merged after it.
class TimingCacheFile {
public:
    /// Gives the config a cache, filled from the file where there is one. A file that the library refuses is left alone, with a warning.
    TimingCacheFile(Network& network, std::string path, Events& events);

    /// Merges what is in the file by now (another build may have written it) and replaces it. Gives the bytes written.
    std::size_t save();

private:
    Network& network_;
    std::string path_;
    Events& events_;
    abi::Owned<abi::TimingCache> cache_;
    bool usable_ = false;
};

}  // namespace enginesmith::trt
