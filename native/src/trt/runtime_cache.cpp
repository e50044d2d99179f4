#include "trt/runtime_cache.h"

namespace enginesmith::trt {
namespace {

Failure unsupported(const std::string& why) {
    return {"RUN_OPTION_UNSUPPORTED",
            "There is no runtime cache: " + why + ".",
            "Run the engine without one; TensorRT-RTX alone compiles kernels while an engine runs.",
            {{"option", "runtimeCache"}}};
}

abi::RuntimeConfig configOf(const abi::CudaEngine& engine) {
    // The class is in the tables of TensorRT-RTX alone.
    if (!engine.has(abi::Method::RuntimeConfig_createRuntimeCache)) throw unsupported("this library has no such call");
    return engine.createRuntimeConfig();
}

}  // namespace

RuntimeCache::RuntimeCache(Engine& engine, const std::vector<char>& bytes) : engine_(engine.raw()), config_(configOf(engine_)) {
    if (config_) cache_.emplace(config_->createRuntimeCache());
    if (!cache_ || !*cache_) throw unsupported(engine.recorder().first("the library could not make one"));
    const abi::RuntimeCache& cache = **cache_;
    if (!bytes.empty() && !cache.deserialize(bytes.data(), bytes.size())) {
        taken_ = false;
        cache.reset();
        engine.recorder().clear();
    }
    if (!config_->setRuntimeCache(cache)) throw unsupported(engine.recorder().first("the library refused it without a reason"));
}

abi::ExecutionContext RuntimeCache::createContext() const { return engine_.createExecutionContextWithRuntimeConfig(*config_); }

std::vector<char> RuntimeCache::serialize() const {
    const abi::Owned<abi::HostMemory> memory((*cache_)->serialize());
    if (!memory) return {};
    const auto* data = static_cast<const char*>(memory->data());
    return {data, data + memory->size()};
}

}  // namespace enginesmith::trt
