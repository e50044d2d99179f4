#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trt/header.h"
#include "trt/monitor.h"
#include "trt/network.h"
#include "trt/tensor.h"

namespace enginesmith::trt {

/// Sizes of one input (or values, of a shape input) in one optimization profile.
struct ProfileInput {
    std::string name;
    std::vector<std::int64_t> min;
    std::vector<std::int64_t> opt;
    std::vector<std::int64_t> max;
};
using Profile = std::vector<ProfileInput>;

/// What a build is asked to be; an empty optional is the library's own default.
struct BuildRequest {
    std::string onnx;
    std::string out;
    std::vector<std::string> targets;
    std::vector<Profile> profiles;
    std::optional<std::string> precision;
    std::optional<std::int32_t> optLevel;
    std::optional<std::string> tiling;
    std::optional<std::int32_t> avgTiming;
    std::optional<std::int32_t> maxTactics;
    std::optional<double> workspaceMiB;
    std::optional<double> tacticDramMiB;
    std::optional<double> tacticSharedMemoryKiB;
    std::optional<std::int32_t> maxAuxStreams;
    std::optional<std::string> timingCache;
    /// A cache file that the library refuses is replaced: it is this program's own.
    bool timingCacheOwned = false;
    bool failOnCacheMiss = false;
    bool sparsity = false;
    bool refit = false;
    bool refitIdentical = false;
    bool strip = false;
    bool weightStreaming = false;
    bool versionCompatible = false;
    bool excludeLeanRuntime = false;
    std::optional<std::string> hardwareCompat;
    std::optional<std::string> runtimePlatform;
    std::optional<std::string> profilingVerbosity;
    std::optional<std::string> engineName;
    std::optional<std::int32_t> device;
    /// Libraries with plugins, opened before the network is made.
    std::vector<std::string> plugins;
};

/// One row of requested versus achieved; `same` is empty where there is nothing to compare.
struct ReadBack {
    std::string option;
    std::optional<std::string> requested;
    std::optional<std::string> achieved;
    std::optional<bool> same;
    std::string readFrom;
};

/// What became of the timing cache file.
struct TimingCacheUse {
    std::string path;
    /// `new`, `reused`, `replaced` or `refused`.
    std::string state;
    std::uint64_t bytes = 0;
};

struct BuildReply {
    std::uint64_t bytes = 0;
    double seconds = 0;
    EngineHeader header;
    std::vector<ReadBack> readBacks;
    /// The inspector's JSON, empty where no GPU here can open the engine.
    std::string inspector;
    /// Why the engine itself was not read back; empty where it was.
    std::string notReadBack;
    std::optional<TimingCacheUse> timingCache;
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::int32_t networkLayers = 0;
    std::vector<std::string> warnings;
    std::vector<PhaseTime> phases;
};

}  // namespace enginesmith::trt
