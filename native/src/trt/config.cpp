#include "trt/config.h"

#include <algorithm>

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

std::string nameOf(const Library& library) { return (library.isRtx() ? "TensorRT-RTX " : "TensorRT ") + library.version(); }

Failure unsupported(const Library& library, const std::string& option, const std::string& value, const std::string& why,
                    const std::string& remedy) {
    return {"BUILD_OPTION_UNSUPPORTED",
            nameOf(library) + " cannot take " + option + (value.empty() ? "" : " " + value) + ": " + why + ".",
            remedy,
            {{"option", option}, {"value", value}, {"library", library.version()}}};
}

struct PrecisionFlag {
    const char* name;
    BuilderFlag flag;
};
constexpr PrecisionFlag kPrecisionFlags[] = {
    {"tf32", BuilderFlag::kTF32}, {"fp16", BuilderFlag::kFP16}, {"bf16", BuilderFlag::kBF16},
    {"int8", BuilderFlag::kINT8}, {"fp8", BuilderFlag::kFP8},
};

std::optional<BuilderFlag> flagOf(const std::string& precision) {
    for (const PrecisionFlag& entry : kPrecisionFlags) {
        if (precision == entry.name) return entry.flag;
    }
    return std::nullopt;
}

std::optional<abi::HardwareCompatibilityLevel> levelOf(const std::string& name) {
    if (name == "none") return abi::HardwareCompatibilityLevel::kNONE;
    if (name == "ampere-plus") return abi::HardwareCompatibilityLevel::kAMPERE_PLUS;
    if (name == "same-cc") return abi::HardwareCompatibilityLevel::kSAME_COMPUTE_CAPABILITY;
    return std::nullopt;
}

std::string nameOf(std::optional<abi::HardwareCompatibilityLevel> level) {
    for (const char* name : {"none", "ampere-plus", "same-cc"}) {
        if (level.has_value() && levelOf(name) == level) return name;
    }
    return "unknown";
}

/// Without precision flags the types in the ONNX decide: the library is strongly typed by nature.
bool onlyStronglyTyped(const Library& library) { return !library.table().has(BuilderFlag::kFP16); }

void refuseTargets(const Library& library, const BuildRequest& request, const cuda::Device* gpu) {
    const std::vector<std::string> known = buildableTargets(library);
    for (const std::string& target : request.targets) {
        if (known.empty()) {
            if (gpu != nullptr && target == gpu->target() && request.targets.size() == 1) continue;
            throw Failure("TARGET_NOT_THIS_GPU",
                          nameOf(library) + " builds for the GPU it runs on" + (gpu != nullptr ? ", here " + gpu->target() : "") +
                              ", not for " + joined(request.targets) + ".",
                          "Leave the target out, build on a machine with that GPU, or choose TensorRT-RTX.",
                          {{"targets", request.targets}});
        }
        if (std::find(known.begin(), known.end(), target) == known.end()) {
            throw Failure("TARGET_UNKNOWN", nameOf(library) + " cannot build for " + target + ".", "Choose among " + joined(known) + ".",
                          {{"target", target}, {"known", known}});
        }
    }
}

void refuseForRtx(const Library& library, const BuildRequest& request) {
    const std::string leave = "Leave the option out, or choose TensorRT.";
    if (request.timingCache) throw unsupported(library, "a timing cache", "", "it builds without timing tactics", leave);
    if (request.versionCompatible) throw unsupported(library, "version compatibility", "", "its builder fails when it is asked for", leave);
    if (request.hardwareCompat && *request.hardwareCompat != "none") {
        throw unsupported(library, "hardware compatibility", *request.hardwareCompat, "its engines are made for targets",
                          "Name several targets instead.");
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
    if (library.isRtx()) refuseForRtx(library, request);
    if (request.precision) {
        const auto flag = flagOf(*request.precision);
        if (flag && !library.table().has(*flag)) {
            throw unsupported(
                library, "precision", *request.precision, "it takes the precision of every layer from the ONNX file",
                "Convert the model to that precision before the export (or with a quantisation tool), and build it strongly-typed.");
        }
    }
    if (request.hardwareCompat) {
        const auto level = levelOf(*request.hardwareCompat);
        if (!level || !library.table().has(*level))
            throw unsupported(library, "hardware compatibility", *request.hardwareCompat, "it has no such level",
                              "Choose none or ampere-plus.");
    }
    if (library.isRtx() && (request.refit || request.strip))
        requireGpu(std::string(request.refit ? "A refittable" : "A stripped") + " engine of " + nameOf(library));
}

void Configuration::note(const char* option, std::optional<std::string> requested, std::optional<std::string> achieved) {
    const std::optional<bool> same = requested && achieved ? std::optional<bool>(*requested == *achieved) : std::nullopt;
    readBacks_.push_back({option, std::move(requested), std::move(achieved), same, "builder config"});
}

void Configuration::apply(const std::vector<std::string>& targets) {
    config_.setProfilingVerbosity(abi::ProfilingVerbosity::kDETAILED);
    applyTargets(targets);
    applyPrecision();
    applyLevel();
    applyWorkspace();
    applyFlag("refit", BuilderFlag::kREFIT, request_.refit);
    applyFlag("strip", BuilderFlag::kSTRIP_PLAN, request_.strip);
    applyFlag("versionCompatible", BuilderFlag::kVERSION_COMPATIBLE, request_.versionCompatible);
    applyHardwareCompat();
}

void Configuration::applyTargets(const std::vector<std::string>& targets) {
    if (targets.empty() || !network_.table().has(abi::Method::BuilderConfig_setComputeCapability)) return;
    config_.setNbComputeCapabilities(static_cast<std::int32_t>(targets.size()));
    std::vector<std::string> achieved;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto capability = capabilityOf(targets[i]);
        const auto index = static_cast<std::int32_t>(i);
        if (!capability || !config_.setComputeCapability(*capability, index)) {
            throw Failure("TARGET_UNKNOWN", nameOf(network_.library()) + " did not take the target " + targets[i] + ".",
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
        const auto flag = flagOf(*request_.precision);
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

void Configuration::applyLevel() {
    if (request_.optLevel) config_.setBuilderOptimizationLevel(*request_.optLevel);
    note("optLevel", request_.optLevel ? std::optional<std::string>(std::to_string(*request_.optLevel)) : std::nullopt,
         std::to_string(config_.getBuilderOptimizationLevel()));
}

void Configuration::applyWorkspace() {
    constexpr double kMiB = 1048576.0;
    const auto pool = abi::MemoryPoolType::kWORKSPACE;
    std::optional<std::string> requested;
    if (request_.workspaceMiB) {
        const auto bytes = static_cast<std::size_t>(*request_.workspaceMiB * kMiB);
        config_.setMemoryPoolLimit(pool, bytes);
        requested = std::to_string(bytes) + " bytes";
    }
    note("workspace", requested, std::to_string(config_.getMemoryPoolLimit(pool)) + " bytes");
}

void Configuration::applyFlag(const char* option, BuilderFlag flag, bool asked) {
    if (!network_.table().has(flag)) {
        if (asked) throw unsupported(network_.library(), option, "", "it has no such flag", "Leave the option out.");
        return;
    }
    if (asked) config_.setFlag(flag);
    note(option, asked ? "on" : "off", config_.getFlag(flag) ? "on" : "off");
}

void Configuration::applyHardwareCompat() {
    // TensorRT-RTX has the call but answers it with a warning.
    if (network_.library().isRtx()) return;
    if (request_.hardwareCompat) config_.setHardwareCompatibilityLevel(*levelOf(*request_.hardwareCompat));
    note("hardwareCompat", request_.hardwareCompat, nameOf(config_.getHardwareCompatibilityLevel()));
}

}  // namespace enginesmith::trt
