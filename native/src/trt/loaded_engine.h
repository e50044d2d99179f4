#pragma once
#include <memory>
#include <optional>
#include <string>

#include "cuda/resources.h"
#include "trt/engine.h"
#include "trt/runtime_cache.h"
#include "trt/weight_streaming.h"

namespace enginesmith::trt {

/// How an engine is to be run; nothing of it is in the engine file.
struct RunOptions {
    std::optional<WeightBudget> weightBudget;
    /// What an earlier run compiled, possibly nothing; empty: no cache is kept.
    std::optional<std::vector<char>> runtimeCache;
};

/// An engine file that is open on a GPU. Destroyed with the GPU's context current.
class LoadedEngine {
public:
    /// Null with the reason: no driver, no GPU, not an engine of this library, or one that this GPU does not take.
    static std::unique_ptr<LoadedEngine> open(const LibraryPtr& library, const std::string& path, std::optional<std::int32_t> device,
                                              bool hostCode, Events& events, std::string& reason);
    LoadedEngine(const LoadedEngine&) = delete;
    LoadedEngine& operator=(const LoadedEngine&) = delete;
    ~LoadedEngine();

    const cuda::PrimaryContext& context() const noexcept { return context_; }
    Engine& engine() noexcept { return *engine_; }

    /// Before the first execution context, with the GPU's context current. Throws Failure RUN_OPTION_UNSUPPORTED.
    void prepare(const RunOptions& options);
    /// As `prepare` settled it; empty where the engine streams no weights.
    const std::optional<WeightStreaming>& weightStreaming() const noexcept { return weightStreaming_; }
    /// Null where none is kept.
    const RuntimeCache* runtimeCache() const noexcept { return runtimeCache_.get(); }
    abi::ExecutionContext createContext() const;

private:
    LoadedEngine(cuda::DriverPtr driver, int device) : context_(std::move(driver), device) {}
    cuda::PrimaryContext context_;
    std::shared_ptr<Engine> engine_;
    std::optional<WeightStreaming> weightStreaming_;
    std::unique_ptr<RuntimeCache> runtimeCache_;
};

}  // namespace enginesmith::trt
