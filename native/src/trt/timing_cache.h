#pragma once
#include <optional>
#include <string>

#include "trt/build_types.h"

namespace enginesmith::trt {

/// The timings of earlier builds, in a file: read before a build, written back merged after it.
class TimingCacheFile {
public:
    /// Gives the config a cache, filled from the file where there is one. A file that the library refuses is replaced where it is
    /// `owned`, else left alone with a warning.
    TimingCacheFile(Network& network, std::string path, bool owned, Events& events);

    /// True where the builder has put timings into it since.
    bool grew() const;

    /// Merges what is in the file by now (another build may have written it) and replaces it, under a lock that holds across processes.
    TimingCacheUse save();

private:
    bool use(abi::Owned<abi::TimingCache> cache);

    Network& network_;
    std::string path_;
    std::optional<abi::Owned<abi::TimingCache>> cache_;
    std::string state_;
    std::size_t before_ = 0;
};

}  // namespace enginesmith::trt
