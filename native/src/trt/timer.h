#pragma once
#include <map>

#include "cuda/state.h"
#include "trt/loaded_engine.h"

namespace enginesmith::trt {

struct TimeRequest {
    std::string engine;
    std::optional<std::int32_t> device;
    bool hostCode = false;
    RunOptions options;
    std::int32_t profile = 0;
    /// Sizes by input; one that is not named gets the profile's opt.
    std::map<std::string, std::vector<std::int64_t>> shapes;
    double warmUpMs = 0;
    double durationMs = 0;
    std::int32_t iterations = 0;
    bool cudaGraph = false;
    /// Copies of one run beside the computing of another; false: a plain loop.
    bool overlap = true;
    /// Runs with a profiler on, after the timing; 0: none.
    std::int32_t profiledRuns = 0;
};

struct TimeReply {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    /// Milliseconds, one for each run.
    std::vector<double> gpu, host, h2d, d2h, enqueue;
    double wallMs = 0;
    /// Why no CUDA graph was used although it was asked for; empty otherwise.
    std::string graphRefusal;
    /// Why copies were not overlapped although it was asked for; empty otherwise.
    std::string plainReason;
    std::optional<WeightStreaming> weightStreaming;
    /// Whether the runtime cache that was given was of use; empty where none is kept.
    std::optional<bool> runtimeCacheTaken;
    std::vector<char> runtimeCache;
    /// Outputs of which every value is zero after the last run.
    std::vector<std::string> zeroOutputs;
    std::size_t outputs = 0;
    cuda::GpuState before, after;
    /// By layer: milliseconds of each profiled run.
    std::vector<std::pair<std::string, std::vector<double>>> layers;
    std::string inspector;
    EngineDescription description;
};

/// Times an engine as trtexec does. Empty with the reason where it cannot be run here. Throws Failure.
std::optional<TimeReply> timeEngine(const LibraryPtr& library, const TimeRequest& request, Events& events, const CancelToken& token,
                                    std::string& reason);

}  // namespace enginesmith::trt
