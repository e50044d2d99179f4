#include "trt/weight_streaming.h"

#include <algorithm>

namespace enginesmith::trt {
namespace {

using abi::Method;

Failure refused(const std::string& why, const std::string& remedy) {
    return {"RUN_OPTION_UNSUPPORTED", "The weight budget cannot be kept: " + why + ".", remedy, {{"option", "weightBudget"}}};
}

std::int64_t bytesOf(const WeightBudget& asked, const abi::CudaEngine& engine, std::int64_t streamable) {
    switch (asked.kind) {
        case WeightBudget::Kind::automatic:
            return engine.getWeightStreamingAutomaticBudget();
        case WeightBudget::Kind::share:
            return static_cast<std::int64_t>(static_cast<double>(streamable) * asked.value);
        case WeightBudget::Kind::bytes:
            break;
    }
    return static_cast<std::int64_t>(asked.value);
}

}  // namespace

std::optional<WeightStreaming> settleWeightBudget(Engine& engine, const std::optional<WeightBudget>& asked) {
    const abi::CudaEngine& raw = engine.raw();
    if (!raw.has(Method::CudaEngine_setWeightStreamingBudgetV2)) {
        if (!asked) return std::nullopt;
        throw refused("this library has no such call", "Use TensorRT 10.1 or later, or run the engine without a budget.");
    }
    // Zero also where streaming was asked for at the build and every weight was too small for it.
    const std::int64_t streamable = raw.getStreamableWeightsSize();
    if (streamable <= 0) {
        // What a version may have to say of being asked is nothing that went wrong with the engine.
        engine.recorder().clear();
        if (!asked) return std::nullopt;
        throw refused("the engine has no weights that can be streamed",
                      "Build it with --weight-streaming, which takes a strongly typed network, or run it without a budget.");
    }
    WeightStreaming result;
    result.streamable = streamable;
    if (asked) {
        result.requested = bytesOf(*asked, raw, streamable);
        // More than there is to keep means all of it, which the library calls streaming switched off.
        if (!raw.setWeightStreamingBudgetV2(std::clamp<std::int64_t>(*result.requested, 0, streamable))) {
            const std::string reason = engine.recorder().first("the library refused it without a reason");
            engine.recorder().clear();
            throw refused(reason, "Ask for a smaller budget, or for auto; close what else uses the GPU's memory.");
        }
    }
    result.budget = raw.getWeightStreamingBudgetV2();
    result.scratch = raw.getWeightStreamingScratchMemorySize();
    return result;
}

}  // namespace enginesmith::trt
