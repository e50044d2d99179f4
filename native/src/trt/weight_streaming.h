#pragma once
#include <optional>

#include "trt/engine.h"

namespace enginesmith::trt {

/// How much of an engine's streamable weights stays on the GPU; the rest is copied to it while the engine runs.
struct WeightBudget {
    enum class Kind { automatic, share, bytes };
    Kind kind = Kind::automatic;
    /// 0 to 1 for a share of what can be streamed, else bytes.
    double value = 0;
};

/// All in bytes.
struct WeightStreaming {
    std::int64_t streamable = 0;
    /// What the budget that was asked for comes to; empty where the library's default was left alone.
    std::optional<std::int64_t> requested;
    /// As the library says afterwards.
    std::int64_t budget = 0;
    /// Of each execution context, for the weights on their way.
    std::int64_t scratch = 0;
};

/// Sets the budget, where one is asked for, and reads back what holds. Before an execution context is made: later the library refuses it.
/// Empty where the engine was not built for streaming, or the library is older than the calls (TensorRT 10.1).
/// Throws Failure RUN_OPTION_UNSUPPORTED where a budget is asked of such an engine or library, or the library refuses it.
std::optional<WeightStreaming> settleWeightBudget(Engine& engine, const std::optional<WeightBudget>& asked);

}  // namespace enginesmith::trt
