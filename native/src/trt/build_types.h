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
    std::optional<double> workspaceMiB;
    std::optional<std::string> timingCache;
    bool refit = false;
    bool strip = false;
    bool versionCompatible = false;
    std::optional<std::string> hardwareCompat;
    std::optional<std::int32_t> device;
};

/// One row of requested versus achieved; `same` is empty where there is nothing to compare.
struct ReadBack {
    std::string option;
    std::optional<std::string> requested;
    std::optional<std::string> achieved;
    std::optional<bool> same;
    std::string readFrom;
};

struct BuildReply {
    std::uint64_t bytes = 0;
    double seconds = 0;
    EngineHeader header;
    std::vector<ReadBack> readBacks;
    /// The inspector's JSON, empty where no GPU here can open the engine.
    std::string inspector;
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::int32_t networkLayers = 0;
    std::vector<std::string> warnings;
    std::vector<PhaseTime> phases;
};

}  // namespace enginesmith::trt
