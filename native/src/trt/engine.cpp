#include "trt/engine.h"

#include "trt/logger.h"

namespace enginesmith::trt {
namespace {

using abi::OptProfileSelector;

}  // namespace

Engine::Engine(LibraryPtr library, std::unique_ptr<ErrorRecorder> recorder, abi::Owned<abi::Runtime> runtime, abi::CudaEngine engine)
    : library_(std::move(library)), recorder_(std::move(recorder)), runtime_(std::move(runtime)), engine_(engine), owner_(engine) {}

std::shared_ptr<Engine> Engine::open(const LibraryPtr& library, const void* plan, std::size_t size, bool hostCode, Events& events,
                                     std::string& reason) {
    // An engine outlives the call that opens it, and with it that call's listener: its errors go to the recorder alone.
    auto recorder = std::make_unique<ErrorRecorder>(library->table().interfaces(), quietEvents());
    abi::Owned<abi::Runtime> runtime(library->createRuntime());
    if (!runtime || runtime->getLogger() != processLogger(library->table())) {
        reason = "the library could not make a runtime here";
        return nullptr;
    }
    runtime->setErrorRecorder(recorder->raw());
    if (hostCode && runtime->has(abi::Method::Runtime_setEngineHostCodeAllowed)) runtime->setEngineHostCodeAllowed(true);
    const abi::CudaEngine engine = runtime->deserializeCudaEngine(plan, size);
    if (!engine.isUsable()) {
        reason = recorder->first("the library refused the engine without a reason");
        events.log(LogLevel::warning, "tensorrt", reason);
        return nullptr;
    }
    return std::shared_ptr<Engine>(new Engine(library, std::move(recorder), std::move(runtime), engine));
}

std::string Engine::inspect() const {
    const abi::Owned<abi::EngineInspector> inspector(engine_.createEngineInspector());
    if (!inspector) return "";
    const char* text = inspector->getEngineInformation(abi::LayerInformationFormat::kJSON);
    return text != nullptr ? text : "";
}

std::string Engine::inspectAt(const Profile& profile) const {
    if (profile.empty()) return inspect();
    const abi::Owned<abi::ExecutionContext> context(engine_.createExecutionContext(abi::ExecutionContextAllocationStrategy::kUSER_MANAGED));
    if (!context) return inspect();
    for (const ProfileInput& input : profile) {
        if (engine_.isShapeInferenceIO(input.name.c_str())) continue;
        const abi::Dims64 dims = dimsOf(input.opt);
        if (!context->setInputShape(input.name.c_str(), &dims)) return inspect();
    }
    const abi::Owned<abi::EngineInspector> inspector(engine_.createEngineInspector());
    if (!inspector || !inspector->setExecutionContext(*context)) return inspect();
    const char* text = inspector->getEngineInformation(abi::LayerInformationFormat::kJSON);
    return text != nullptr ? text : "";
}

TensorSpec Engine::specOf(const char* name) const {
    TensorSpec spec{name, dtypeName(engine_.getTensorDataType(name)), {}};
    const std::vector<std::int64_t> sizes = sizesOf(engine_.getTensorShape(name));
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] >= 0) {
            spec.shape.emplace_back(sizes[i]);
        } else {
            spec.shape.emplace_back(spec.name + "_dim" + std::to_string(i));  // an engine keeps no symbols
        }
    }
    return spec;
}

std::vector<std::int64_t> Engine::profileValues(const char* name, std::int32_t profile, OptProfileSelector which) const {
    const std::vector<std::int64_t> shape = sizesOf(engine_.getTensorShape(name));
    std::int64_t count = 1;
    for (const std::int64_t size : shape) count *= size;
    if (count <= 0) return {};
    if (engine_.has(abi::Method::CudaEngine_getProfileTensorValuesV2)) {
        if (const std::int64_t* values = engine_.getProfileTensorValuesV2(name, profile, which)) return {values, values + count};
    } else if (engine_.has(abi::Method::CudaEngine_getProfileTensorValues)) {
        if (const std::int32_t* values = engine_.getProfileTensorValues(name, profile, which)) return {values, values + count};
    }
    return {};
}

ProfileInput Engine::profileOf(const char* name, std::int32_t profile) const {
    if (engine_.isShapeInferenceIO(name)) {
        return {name, profileValues(name, profile, OptProfileSelector::kMIN), profileValues(name, profile, OptProfileSelector::kOPT),
                profileValues(name, profile, OptProfileSelector::kMAX)};
    }
    return {name, sizesOf(engine_.getProfileShape(name, profile, OptProfileSelector::kMIN)),
            sizesOf(engine_.getProfileShape(name, profile, OptProfileSelector::kOPT)),
            sizesOf(engine_.getProfileShape(name, profile, OptProfileSelector::kMAX))};
}

EngineDescription Engine::describe() const {
    EngineDescription description;
    description.profiles.resize(static_cast<std::size_t>(profileCount()));
    for (std::int32_t i = 0; i < engine_.getNbIOTensors(); ++i) {
        const char* name = engine_.getIOTensorName(i);
        if (engine_.getTensorIOMode(name) != abi::TensorIOMode::kINPUT) {
            description.outputs.push_back(specOf(name));
            continue;
        }
        description.inputs.push_back(specOf(name));
        for (std::size_t p = 0; p < description.profiles.size(); ++p)
            description.profiles[p].push_back(profileOf(name, static_cast<std::int32_t>(p)));
    }
    description.refittable = isRefittable();
    if (engine_.has(abi::Method::CudaEngine_getDeviceMemorySizeV2)) {
        description.deviceMemoryBytes = static_cast<double>(engine_.getDeviceMemorySizeV2());
    } else if (engine_.has(abi::Method::CudaEngine_getDeviceMemorySize)) {
        description.deviceMemoryBytes = static_cast<double>(engine_.getDeviceMemorySize());
    }
    description.inspector = inspect();
    return description;
}

}  // namespace enginesmith::trt
