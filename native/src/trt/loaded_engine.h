#pragma once
#include <memory>
#include <optional>
#include <string>

#include "cuda/resources.h"
#include "trt/engine.h"

namespace enginesmith::trt {

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

private:
    LoadedEngine(cuda::DriverPtr driver, int device) : context_(std::move(driver), device) {}
    cuda::PrimaryContext context_;
    std::shared_ptr<Engine> engine_;
};

}  // namespace enginesmith::trt
