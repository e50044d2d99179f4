#include "trt/options.h"

#include <algorithm>

namespace enginesmith::trt {
namespace {

using abi::BuilderFlag;
using abi::Method;

template <class E>
struct Named {
    const char* name;
    E value;
};

constexpr Named<BuilderFlag> kPrecisionFlags[] = {
    {"tf32", BuilderFlag::kTF32}, {"fp16", BuilderFlag::kFP16}, {"bf16", BuilderFlag::kBF16},
    {"int8", BuilderFlag::kINT8}, {"fp8", BuilderFlag::kFP8},
};
constexpr Named<abi::HardwareCompatibilityLevel> kHardwareLevels[] = {
    {"none", abi::HardwareCompatibilityLevel::kNONE},
    {"ampere-plus", abi::HardwareCompatibilityLevel::kAMPERE_PLUS},
    {"same-cc", abi::HardwareCompatibilityLevel::kSAME_COMPUTE_CAPABILITY},
};
constexpr Named<abi::TilingOptimizationLevel> kTilingLevels[] = {
    {"none", abi::TilingOptimizationLevel::kNONE},
    {"fast", abi::TilingOptimizationLevel::kFAST},
    {"moderate", abi::TilingOptimizationLevel::kMODERATE},
    {"full", abi::TilingOptimizationLevel::kFULL},
};
constexpr Named<abi::RuntimePlatform> kPlatforms[] = {
    {"same-as-build", abi::RuntimePlatform::kSAME_AS_BUILD},
    {"windows-amd64", abi::RuntimePlatform::kWINDOWS_AMD64},
};
constexpr Named<abi::ProfilingVerbosity> kVerbosities[] = {
    {"none", abi::ProfilingVerbosity::kNONE},
    {"layer-names", abi::ProfilingVerbosity::kLAYER_NAMES_ONLY},
    {"detailed", abi::ProfilingVerbosity::kDETAILED},
};

template <class E, std::size_t N>
std::optional<E> valueIn(const Named<E> (&list)[N], const std::string& name) {
    for (const Named<E>& entry : list) {
        if (name == entry.name) return entry.value;
    }
    return std::nullopt;
}

template <class E, std::size_t N>
std::string nameIn(const Named<E> (&list)[N], std::optional<E> value) {
    for (const Named<E>& entry : list) {
        if (value == entry.value) return entry.name;
    }
    return "unknown";
}

/// What of `list` the library has; empty where it has all.
template <class E, std::size_t N>
std::vector<std::string> valuesIn(const Named<E> (&list)[N], const Library& library) {
    std::vector<std::string> names;
    for (const Named<E>& entry : list) {
        if (library.table().has(entry.value)) names.emplace_back(entry.name);
    }
    return names.size() == N ? std::vector<std::string>() : names;
}

const char* const kNoCall = "this version has no such call";
const char* const kNoFlag = "this version has no such flag";

/// The reasons that no slot table tells: what TensorRT-RTX does with a call that it has.
const char* rtxObjection(const std::string& option) {
    if (option == "timingCache" || option == "failOnCacheMiss" || option == "avgTiming" || option == "maxTactics")
        return "it builds without timing tactics";
    if (option == "versionCompatible" || option == "excludeLeanRuntime") return "its builder fails when it is asked for";
    if (option == "runtimePlatform") return "it builds for the system that it runs on";
    if (option == "hardwareCompat") return "its engines are made for targets";
    return nullptr;
}

class Survey {
public:
    explicit Survey(const Library& library) : library_(library) {}

    void call(const char* name, Method method, std::vector<std::string> values = {}) {
        add(name, library_.table().has(method), kNoCall, std::move(values));
    }
    void flag(const char* name, BuilderFlag flag) { add(name, library_.table().has(flag), kNoFlag, {}); }
    void always(const char* name, std::vector<std::string> values = {}) { add(name, true, "", std::move(values)); }
    void targets() {
        const bool here = library_.table().has(Method::BuilderConfig_setComputeCapability);
        add("targets", here, "it builds for the GPU it runs on", {});
    }
    std::vector<OptionSupport> take() { return std::move(list_); }

private:
    void add(const char* name, bool available, const char* reason, std::vector<std::string> values) {
        const char* objection = library_.isRtx() ? rtxObjection(name) : nullptr;
        const bool here = available && objection == nullptr;
        list_.push_back({name, here,
                         here                   ? ""
                         : objection != nullptr ? objection
                                                : reason,
                         here ? std::move(values) : std::vector<std::string>()});
    }
    const Library& library_;
    std::vector<OptionSupport> list_;
};

std::vector<std::string> precisions(const Library& library) {
    std::vector<std::string> names{"fp32"};
    for (const auto& entry : kPrecisionFlags) {
        if (library.table().has(entry.value)) names.emplace_back(entry.name);
    }
    names.emplace_back("strongly-typed");
    return names;
}

/// What is asked, by the recipe's name, as text; a switch has an empty one.
std::vector<std::pair<std::string, std::string>> asked(const BuildRequest& request) {
    std::vector<std::pair<std::string, std::string>> list;
    const auto put = [&](const char* name, bool is, const std::string& value = "") {
        if (is) list.emplace_back(name, value);
    };
    const auto number = [&](const char* name, const auto& value) {
        put(name, value.has_value(), value ? std::to_string(static_cast<std::int64_t>(*value)) : "");
    };
    put("precision", request.precision.has_value(), request.precision.value_or(""));
    number("optLevel", request.optLevel);
    put("tiling", request.tiling.has_value(), request.tiling.value_or(""));
    number("avgTiming", request.avgTiming);
    number("maxTactics", request.maxTactics);
    number("workspace", request.workspaceMiB);
    number("tacticDram", request.tacticDramMiB);
    number("tacticSharedMemory", request.tacticSharedMemoryKiB);
    number("maxAuxStreams", request.maxAuxStreams);
    put("timingCache", request.timingCache.has_value());
    put("failOnCacheMiss", request.failOnCacheMiss);
    put("sparsity", request.sparsity);
    put("refit", request.refit);
    put("refitIdentical", request.refitIdentical);
    put("strip", request.strip);
    put("weightStreaming", request.weightStreaming);
    put("versionCompatible", request.versionCompatible);
    put("excludeLeanRuntime", request.excludeLeanRuntime);
    put("hardwareCompat", request.hardwareCompat.has_value() && *request.hardwareCompat != "none", request.hardwareCompat.value_or(""));
    put("runtimePlatform", request.runtimePlatform.has_value() && *request.runtimePlatform != "same-as-build",
        request.runtimePlatform.value_or(""));
    put("profilingVerbosity", request.profilingVerbosity.has_value(), request.profilingVerbosity.value_or(""));
    put("engineName", request.engineName.has_value());
    return list;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string all;
    for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
    return all;
}

Failure unsupported(const Library& library, const std::string& option, const std::string& value, const std::string& why,
                    const std::string& remedy) {
    return {"BUILD_OPTION_UNSUPPORTED",
            libraryName(library) + " cannot take the option " + option + (value.empty() ? "" : " " + value) + ": " + why + ".",
            remedy,
            {{"option", option}, {"value", value}, {"library", library.version()}}};
}

void refuseOne(const Library& library, const std::vector<OptionSupport>& supports, const std::string& name, const std::string& value) {
    const auto found = std::find_if(supports.begin(), supports.end(), [&](const OptionSupport& entry) { return entry.name == name; });
    if (found == supports.end()) throw Failure("INTERNAL", "No support is known for the option " + name + ".", "Report this.");
    if (!found->available) {
        const char* remedy = name == "hardwareCompat" && library.isRtx() ? "Name several targets instead."
                             : library.isRtx() ? "Leave the option out, or choose TensorRT."
                                               : "Leave the option out, or choose another version of the library.";
        throw unsupported(library, name, value, found->reason, remedy);
    }
    const auto& values = found->values;
    if (values.empty() || std::find(values.begin(), values.end(), value) != values.end()) return;
    if (name == "precision" && onlyStronglyTyped(library)) {
        throw unsupported(
            library, name, value, "it takes the precision of every layer from the ONNX file",
            "Convert the model to that precision before the export (or with a quantisation tool), and build it strongly-typed.");
    }
    throw unsupported(library, name, value, "it has no such value", "Choose among " + joined(values) + ".");
}

}  // namespace

std::string libraryName(const Library& library) { return (library.isRtx() ? "TensorRT-RTX " : "TensorRT ") + library.version(); }

bool onlyStronglyTyped(const Library& library) { return !library.table().has(BuilderFlag::kFP16); }

std::vector<OptionSupport> optionSupport(const Library& library) {
    Survey survey(library);
    survey.targets();
    const std::vector<std::string> names = precisions(library);
    constexpr std::size_t kAll = std::size(kPrecisionFlags) + 2;
    survey.always("precision", names.size() == kAll ? std::vector<std::string>() : names);
    survey.call("optLevel", Method::BuilderConfig_setBuilderOptimizationLevel);
    survey.call("tiling", Method::BuilderConfig_setTilingOptimizationLevel, valuesIn(kTilingLevels, library));
    survey.call("avgTiming", Method::BuilderConfig_setAvgTimingIterations);
    survey.call("maxTactics", Method::BuilderConfig_setMaxNbTactics);
    for (const char* pool : {"workspace", "tacticDram", "tacticSharedMemory"}) survey.call(pool, Method::BuilderConfig_setMemoryPoolLimit);
    survey.call("maxAuxStreams", Method::BuilderConfig_setMaxAuxStreams);
    survey.call("timingCache", Method::BuilderConfig_createTimingCache);
    survey.flag("failOnCacheMiss", BuilderFlag::kERROR_ON_TIMING_CACHE_MISS);
    survey.flag("sparsity", BuilderFlag::kSPARSE_WEIGHTS);
    survey.flag("refit", BuilderFlag::kREFIT);
    survey.flag("refitIdentical", BuilderFlag::kREFIT_IDENTICAL);
    survey.flag("strip", BuilderFlag::kSTRIP_PLAN);
    survey.flag("weightStreaming", BuilderFlag::kWEIGHT_STREAMING);
    survey.flag("versionCompatible", BuilderFlag::kVERSION_COMPATIBLE);
    survey.flag("excludeLeanRuntime", BuilderFlag::kEXCLUDE_LEAN_RUNTIME);
    survey.call("hardwareCompat", Method::BuilderConfig_setHardwareCompatibilityLevel, valuesIn(kHardwareLevels, library));
    survey.call("runtimePlatform", Method::BuilderConfig_setRuntimePlatform, valuesIn(kPlatforms, library));
    survey.call("profilingVerbosity", Method::BuilderConfig_setProfilingVerbosity);
    survey.call("engineName", Method::NetworkDefinition_setName);
    return survey.take();
}

void refuseMissingOptions(const Library& library, const BuildRequest& request) {
    const std::vector<OptionSupport> supports = optionSupport(library);
    for (const auto& [name, value] : asked(request)) refuseOne(library, supports, name, value);
    if (request.excludeLeanRuntime && !request.versionCompatible) {
        throw unsupported(library, "excludeLeanRuntime", "", "only a version-compatible engine carries a lean runtime",
                          "Ask for version compatibility too, or leave the option out.");
    }
    if (request.weightStreaming && !onlyStronglyTyped(library) && request.precision != "strongly-typed") {
        throw unsupported(library, "weightStreaming", "", "only strongly typed networks can stream their weights",
                          "Choose the precision strongly-typed too, or leave the option out.");
    }
}

std::optional<BuilderFlag> precisionFlag(const std::string& precision) { return valueIn(kPrecisionFlags, precision); }
std::optional<abi::HardwareCompatibilityLevel> hardwareLevel(const std::string& name) { return valueIn(kHardwareLevels, name); }
std::string nameOf(std::optional<abi::HardwareCompatibilityLevel> level) { return nameIn(kHardwareLevels, level); }
std::optional<abi::TilingOptimizationLevel> tilingLevel(const std::string& name) { return valueIn(kTilingLevels, name); }
std::string nameOf(std::optional<abi::TilingOptimizationLevel> level) { return nameIn(kTilingLevels, level); }
std::optional<abi::RuntimePlatform> platformOf(const std::string& name) { return valueIn(kPlatforms, name); }
std::string nameOf(std::optional<abi::RuntimePlatform> platform) { return nameIn(kPlatforms, platform); }
std::optional<abi::ProfilingVerbosity> verbosityOf(const std::string& name) { return valueIn(kVerbosities, name); }
std::string nameOf(std::optional<abi::ProfilingVerbosity> verbosity) { return nameIn(kVerbosities, verbosity); }

}  // namespace enginesmith::trt
