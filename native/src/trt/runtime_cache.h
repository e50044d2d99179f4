#pragma once
#include <optional>
#include <vector>

#include "trt/engine.h"

namespace enginesmith::trt {

/// The kernels that TensorRT-RTX compiles while an engine runs, so that the next process need not. Outlives the contexts made with it.
class RuntimeCache {
public:
    /// Filled from `bytes`, where there are any. Throws Failure RUN_OPTION_UNSUPPORTED where the library has no such cache.
    RuntimeCache(Engine& engine, const std::vector<char>& bytes);

    /// False where the library refused the bytes, as damaged or of another GPU or version; the cache is then empty.
    bool taken() const noexcept { return taken_; }
    /// An execution context that reads the cache and adds to it.
    abi::ExecutionContext createContext() const;
    std::vector<char> serialize() const;

private:
    abi::CudaEngine engine_;
    // Destroyed from the end: the config, then the cache that it refers to.
    std::optional<abi::Owned<abi::RuntimeCache>> cache_;
    abi::Owned<abi::RuntimeConfig> config_;
    bool taken_ = true;
};

}  // namespace enginesmith::trt
