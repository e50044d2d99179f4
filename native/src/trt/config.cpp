#include "trt/config.h"

#include <algorithm>

#include "trt/options.h"

namespace enginesmith::trt {
namespace {

using abi::BuilderFlag;

/// `kSM86` to `sm86`; empty for the values that name no GPU.
std::string targetOf(abi::ComputeCapability capability) {
    const std::string name = abi::Table::nameOf(capability);
    return name.rfind("kSM", 0) == 0 ? "sm" + name.substr(3) : "";
}

std::optional<abi::ComputeCapability> capabilityOf(const std::string& target) {
    for (const auto capability : abi::Table::all<abi::ComputeCapability>()) {
        if (targetOf(capability) == target) return capability;
    }
    return std::nullopt;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += (all.empty() ? "" : ",") + part;
    return all;
}

void refuseTargets(const Library& library, const BuildRequest& request, const cuda::Device* gpu) {
    const std::vector<std::string> known = buildableTargets(library);
    for (const std::string& target : request.targets) {
        if (known.empty()) {
            if (gpu != nullptr && target == gpu->target() && request.targets.size() == 1) continue;
            throw Failure("TARGET_NOT_THIS_GPU",
                          libraryName(library) + " builds for the GPU it runs on" + (gpu != nullptr ? ", here " + gpu->target() : "") +
                              ", not for " + joined(request.targets) + ".",
                          "Leave the target out, build on a machine with that GPU, or choose TensorRT-RTX.",
                          {{"targets", request.targets}});
        }
        if (std::find(known.begin(), known.end(), target) == known.end()) {
            throw Failure("TARGET_UNKNOWN", libraryName(library) + " cannot build for " + target + ".",
                          "Choose among " + joined(known) + ".", {{"target", target}, {"known", known}});
        }
    }
}

}  // namespace

std::vector<std::string> buildableTargets(const Library& library) {
    std::vector<std::string> targets;
    if (!library.table().has(abi::Method::BuilderConfig_setComputeCapability)) return targets;
    for (const auto capability : abi::Table::all<abi::ComputeCapability>()) {
        if (library.table().has(capability) && !targetOf(capability).empty()) targets.push_back(targetOf(capability));
    }
    return targets;
}

bool wantsStrongTyping(const Library& library, const BuildRequest& request) {
    return onlyStronglyTyped(library) ? library.table().has(abi::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED)
                                      : request.precision == "strongly-typed";
}

void refuseUnsupported(const Library& library, const BuildRequest& request, const cuda::Device* gpu) {
    refuseTargets(library, request, gpu);
    refuseMissingOptions(library, request);
    const char* needsGpu = request.strip ? "A stripped" : request.refit || request.refitIdentical ? "A refittable" : nullptr;
    if (library.isRtx() && needsGpu != nullptr) requireGpu(std::string(needsGpu) + " engine of " + libraryName(library));
}

void Configuration::note(const char* option, std::optional<std::string> requested, std::optional<std::string> achieved) {
    const std::optional<bool> same = requested && achieved ? std::optional<bool>(*requested == *achieved) : std::nullopt;
    readBacks_.push_back({option, std::move(requested), std::move(achieved), same, "builder config"});
}

void Configuration::apply(const std::vector<std::string>& targets) {
    applyTargets(targets);
    applyPrecision();
    applyEffort();
    applyMemory();
    applyFlag("failOnCacheMiss", BuilderFlag::kERROR_ON_TIMING_CACHE_MISS, request_.failOnCacheMiss);
    applyFlag("sparsity", BuilderFlag::kSPARSE_WEIGHTS, request_.sparsity);
    applyFlag("refit", BuilderFlag::kREFIT, request_.refit);
    applyFlag("refitIdentical", BuilderFlag::kREFIT_IDENTICAL, request_.refitIdentical);
    applyFlag("strip", BuilderFlag::kSTRIP_PLAN, request_.strip);
    applyFlag("weightStreaming", BuilderFlag::kWEIGHT_STREAMING, request_.weightStreaming);
    applyFlag("versionCompatible", BuilderFlag::kVERSION_COMPATIBLE, request_.versionCompatible);
    applyFlag("excludeLeanRuntime", BuilderFlag::kEXCLUDE_LEAN_RUNTIME, request_.excludeLeanRuntime);
    applyPortability();
    applyNames();
}

void Configuration::applyTargets(const std::vector<std::string>& targets) {
    if (targets.empty() || !network_.table().has(abi::Method::BuilderConfig_setComputeCapability)) return;
    config_.setNbComputeCapabilities(static_cast<std::int32_t>(targets.size()));
    std::vector<std::string> achieved;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto capability = capabilityOf(targets[i]);
        const auto index = static_cast<std::int32_t>(i);
        if (!capability || !config_.setComputeCapability(*capability, index)) {
            throw Failure("TARGET_UNKNOWN", libraryName(network_.library()) + " did not take the target " + targets[i] + ".",
                          "Choose another target.", {{"target", targets[i]}});
        }
        const auto back = config_.getComputeCapability(index);
        achieved.push_back(back ? targetOf(*back) : "unknown");
    }
    note("targets", joined(targets), joined(achieved));
}

void Configuration::applyPrecision() {
    const bool strong = network_.isStronglyTyped();
    std::string achieved = strong ? "strongly-typed" : "fp32";
    if (request_.precision && network_.table().has(BuilderFlag::kTF32)) {
        // TF32 is on by default: asking for fp32 takes it off, asking for any other precision leaves it.
        if (*request_.precision == "fp32") config_.clearFlag(BuilderFlag::kTF32);
        const auto flag = precisionFlag(*request_.precision);
        if (flag) config_.setFlag(*flag);
        if (flag && config_.getFlag(*flag)) achieved = *request_.precision;
        if (*request_.precision == "fp32") achieved = config_.getFlag(BuilderFlag::kTF32) ? "tf32" : "fp32";
    } else if (!strong && network_.table().has(BuilderFlag::kTF32) && config_.getFlag(BuilderFlag::kTF32)) {
        achieved = "tf32";
    }
    note("precision", request_.precision, achieved);
    // A strongly typed network still multiplies FP32 in TF32 while the flag stands, and is to be judged as such.
    if (strong && network_.table().has(BuilderFlag::kTF32)) {
        note("tf32", std::nullopt, config_.getFlag(BuilderFlag::kTF32) ? "on" : "off");
    }
}

void Configuration::applyEffort() {
    applyNumber(
        "optLevel", request_.optLevel, abi::Method::BuilderConfig_setBuilderOptimizationLevel,
        [&](std::int32_t value) { config_.setBuilderOptimizationLevel(value); }, [&] { return config_.getBuilderOptimizationLevel(); });
    if (request_.tiling) {
        config_.setTilingOptimizationLevel(*tilingLevel(*request_.tiling));
        note("tiling", request_.tiling, nameOf(config_.getTilingOptimizationLevel()));
    }
    applyNumber(
        "avgTiming", request_.avgTiming, abi::Method::BuilderConfig_setAvgTimingIterations,
        [&](std::int32_t value) { config_.setAvgTimingIterations(value); }, [&] { return config_.getAvgTimingIterations(); });
    applyNumber(
        "maxTactics", request_.maxTactics, abi::Method::BuilderConfig_setMaxNbTactics,
        [&](std::int32_t value) { config_.setMaxNbTactics(value); }, [&] { return config_.getMaxNbTactics(); });
    applyNumber(
        "maxAuxStreams", request_.maxAuxStreams, abi::Method::BuilderConfig_setMaxAuxStreams,
        [&](std::int32_t value) { config_.setMaxAuxStreams(value); }, [&] { return config_.getMaxAuxStreams(); });
}

void Configuration::applyNumber(const char* option, std::optional<std::int32_t> asked, abi::Method setter,
                                const std::function<void(std::int32_t)>& set, const std::function<std::int32_t()>& get) {
    if (!network_.table().has(setter)) return;
    if (asked) set(*asked);
    if (!asked && setter != abi::Method::BuilderConfig_setBuilderOptimizationLevel) return;
    note(option, asked ? std::optional<std::string>(std::to_string(*asked)) : std::nullopt, std::to_string(get()));
}

void Configuration::applyMemory() {
    constexpr double kKiB = 1024.0, kMiB = 1048576.0;
    applyPool("workspace", abi::MemoryPoolType::kWORKSPACE, request_.workspaceMiB, kMiB);
    applyPool("tacticDram", abi::MemoryPoolType::kTACTIC_DRAM, request_.tacticDramMiB, kMiB);
    applyPool("tacticSharedMemory", abi::MemoryPoolType::kTACTIC_SHARED_MEMORY, request_.tacticSharedMemoryKiB, kKiB);
}

void Configuration::applyPool(const char* option, abi::MemoryPoolType pool, std::optional<double> asked, double unit) {
    if (!asked && pool != abi::MemoryPoolType::kWORKSPACE) return;
    std::optional<std::string> requested;
    if (asked) {
        const auto bytes = static_cast<std::size_t>(*asked * unit);
        config_.setMemoryPoolLimit(pool, bytes);
        requested = std::to_string(bytes) + " bytes";
    }
    note(option, requested, std::to_string(config_.getMemoryPoolLimit(pool)) + " bytes");
}

void Configuration::applyFlag(const char* option, BuilderFlag flag, bool asked) {
    if (!network_.table().has(flag)) return;
    const bool always = flag == BuilderFlag::kREFIT || flag == BuilderFlag::kSTRIP_PLAN || flag == BuilderFlag::kVERSION_COMPATIBLE;
    if (!asked && !always) return;
    if (asked) config_.setFlag(flag);
    note(option, asked ? "on" : "off", config_.getFlag(flag) ? "on" : "off");
}

void Configuration::applyPortability() {
    // TensorRT-RTX has the call but answers it with a warning.
    if (!network_.library().isRtx()) {
        if (request_.hardwareCompat) config_.setHardwareCompatibilityLevel(*hardwareLevel(*request_.hardwareCompat));
        note("hardwareCompat", request_.hardwareCompat, nameOf(config_.getHardwareCompatibilityLevel()));
    }
    if (!request_.runtimePlatform) return;
    config_.setRuntimePlatform(*platformOf(*request_.runtimePlatform));
    const std::string achieved = nameOf(config_.getRuntimePlatform());
    if (achieved != *request_.runtimePlatform) {
        throw Failure("BUILD_OPTION_UNSUPPORTED",
                      libraryName(network_.library()) + " cannot take the option runtimePlatform " + *request_.runtimePlatform + ": " +
                          network_.recorder().first("it did not say why"),
                      "Build on that system, or leave the option out.",
                      {{"option", "runtimePlatform"}, {"value", *request_.runtimePlatform}, {"library", network_.library().version()}});
    }
    note("runtimePlatform", request_.runtimePlatform, achieved);
}

void Configuration::applyNames() {
    // Detailed unless something else is asked: without it an engine does not tell its layers' types and tactics.
    config_.setProfilingVerbosity(request_.profilingVerbosity ? *verbosityOf(*request_.profilingVerbosity)
                                                              : abi::ProfilingVerbosity::kDETAILED);
    if (request_.profilingVerbosity) note("profilingVerbosity", request_.profilingVerbosity, nameOf(config_.getProfilingVerbosity()));
    if (!request_.engineName) return;
    network_.definition().setName(request_.engineName->c_str());
    const char* name = network_.definition().getName();
    note("engineName", request_.engineName, name != nullptr ? name : "");
}

}  // namespace enginesmith::trt
