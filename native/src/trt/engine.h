#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trt/build_types.h"

namespace enginesmith::trt {

struct EngineDescription {
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::vector<Profile> profiles;
    bool refittable = false;
    std::optional<double> deviceMemoryBytes;
    /// The inspector's JSON.
    std::string inspector;
};

/// An engine that is loaded on the current thread's GPU, with the runtime that it needs to live.
class Engine {
public:
    /// Null with the reason where the library or the GPU does not take it. A GPU must be current on this thread.
    /// `hostCode`: code for the CPU that a version-compatible engine carries may be loaded. Without it the library refuses such an engine.
    static std::shared_ptr<Engine> open(const LibraryPtr& library, const void* plan, std::size_t size, bool hostCode, Events& events,
                                        std::string& reason);

    bool isRefittable() const { return engine_.isRefittable(); }
    std::int32_t profileCount() const { return engine_.getNbOptimizationProfiles(); }
    std::string inspect() const;
    /// Like inspect, with the shapes of `profile` set: an engine with dynamic shapes tells its types only then. Empty profile: inspect.
    std::string inspectAt(const Profile& profile) const;
    EngineDescription describe() const;

    const abi::CudaEngine& raw() const noexcept { return engine_; }
    ErrorRecorder& recorder() noexcept { return *recorder_; }

private:
    Engine(LibraryPtr library, std::unique_ptr<ErrorRecorder> recorder, abi::Owned<abi::Runtime> runtime, abi::CudaEngine engine);
    TensorSpec specOf(const char* name) const;
    ProfileInput profileOf(const char* name, std::int32_t profile) const;
    std::vector<std::int64_t> profileValues(const char* name, std::int32_t profile, abi::OptProfileSelector which) const;

    LibraryPtr library_;
    std::unique_ptr<ErrorRecorder> recorder_;
    abi::Owned<abi::Runtime> runtime_;
    abi::CudaEngine engine_;
    abi::Owned<abi::CudaEngine> owner_;
};

}  // namespace enginesmith::trt
