#include "napi/engine_methods.h"

#include "cuda/driver.h"
#include "napi/call.h"
#include "napi/from_js.h"
#include "napi/results.h"
#include "napi/to_js.h"
#include "trt/build.h"
#include "trt/finder.h"
#include "trt/loaded_engine.h"
#include "trt/logger.h"
#include "trt/plugins.h"

namespace enginesmith::addon {
namespace {

Settle give(Json json) {
    return [json = std::move(json)](Napi::Env env) { return toJs(env, json); };
}

/// Paths of a library that `find` gave.
struct LibraryPaths {
    explicit LibraryPaths(const Params& params) : path(params.text("path")), parser(params.text("parserPath")) {}
    trt::LibraryPtr open() const { return trt::Library::require(path, parser); }
    std::string path;
    std::string parser;
};

Napi::Value devices(const Napi::CallbackInfo& info) {
    return startCall(info.Env(), info[1], info[2], [](trt::Events&, const CancelTokenPtr&) {
        const cuda::Survey survey = cuda::Driver::survey();
        Json::Array list;
        for (const cuda::Device& device : survey.devices) {
            list.push_back(Json::Object{{"index", device.index},
                                        {"name", device.name},
                                        {"computeCapability", device.computeCapability()},
                                        {"memoryBytes", device.memoryBytes},
                                        {"uuid", device.uuid.empty() ? Json(nullptr) : Json(device.uuid)}});
        }
        const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
        return give(Json::Object{{"driver", text(survey.driverVersion)}, {"devices", list}, {"reason", text(survey.reason)}});
    });
}

Napi::Value find(const Napi::CallbackInfo& info) {
    const Params params(info[0]);
    const abi::Flavour flavour = params.text("flavour") == "tensorrt" ? abi::Flavour::tensorrt : abi::Flavour::tensorrtRtx;
    std::vector<loader::Place> places;
    for (const Params& place : params.objects("places")) places.push_back({place.text("path"), place.text("source")});
    const bool system = params.truth("system");
    return startCall(info.Env(), info[1], info[2], [=](trt::Events&, const CancelTokenPtr&) {
        const trt::Found found = trt::findLibrary(flavour, places, system);
        Json::Array attempts;
        for (const loader::Attempt& attempt : found.attempts)
            attempts.push_back(Json::Object{{"path", attempt.path}, {"reason", attempt.reason}});
        return give(Json::Object{
            {"library", found.library ? toJson(*found.library) : Json(nullptr)}, {"attempts", attempts}, {"warnings", found.warnings}});
    });
}

Napi::Value options(const Napi::CallbackInfo& info) {
    const LibraryPaths library(Params(info[0]).object("library"));
    return startCall(info.Env(), info[1], info[2], [=](trt::Events&, const CancelTokenPtr&) {
        return give(Json::Object{{"options", toJson(trt::optionSupport(*library.open()))}});
    });
}

Napi::Value plugins(const Napi::CallbackInfo& info) {
    const Params params(info[0]);
    const LibraryPaths library(params.object("library"));
    const std::vector<std::string> paths = params.texts("plugins");
    return startCall(info.Env(), info[1], info[2], [=](trt::Events& events, const CancelTokenPtr&) {
        const trt::LogScope logs(events);
        const trt::Plugins plugins(*library.open(), paths, events);
        return give(Json::Object{{"opened", static_cast<std::uint64_t>(paths.size())}});
    });
}

Napi::Value header(const Napi::CallbackInfo& info) {
    const std::string path = Params(info[0]).text("path");
    return startCall(info.Env(), info[1], info[2], [=](trt::Events&, const CancelTokenPtr&) {
        const trt::HeaderReading reading = trt::readHeader(path);
        return give(Json::Object{{"header", reading.header ? toJson(*reading.header) : Json(nullptr)},
                                 {"reason", reading.header ? Json(nullptr) : Json(reading.reason)}});
    });
}

Napi::Value parse(const Napi::CallbackInfo& info) {
    const Params params(info[0]);
    const LibraryPaths library(params.object("library"));
    const std::string onnx = params.text("onnx");
    return startCall(info.Env(), info[1], info[2], [=](trt::Events& events, const CancelTokenPtr& token) {
        const trt::LogScope logs(events);
        trt::Network network(library.open(), false, events);
        const bool ok = network.parse(onnx, *token);
        Json::Array errors;
        for (const trt::ParserError& error : network.errors()) errors.push_back(trt::toJson(error));
        return give(Json::Object{{"ok", ok},
                                 {"layers", network.layers()},
                                 {"inputs", toJson(network.inputs())},
                                 {"outputs", toJson(network.outputs())},
                                 {"errors", errors}});
    });
}

trt::BuildRequest buildRequest(const Params& params) {
    trt::BuildRequest request;
    request.onnx = params.text("onnx");
    request.out = params.text("out");
    request.targets = params.texts("targets");
    const Napi::Array profiles = params.array("profiles");
    for (std::uint32_t i = 0; i < profiles.Length(); ++i) {
        const Napi::Value inputs = profiles.Get(i);
        if (!inputs.IsArray()) throw Napi::TypeError::New(profiles.Env(), "profiles must be arrays of inputs");
        trt::Profile profile;
        for (std::uint32_t j = 0; j < inputs.As<Napi::Array>().Length(); ++j) {
            const Params input(inputs.As<Napi::Array>().Get(j));
            profile.push_back({input.text("name"), input.integers("min"), input.integers("opt"), input.integers("max")});
        }
        request.profiles.push_back(std::move(profile));
    }
    request.precision = params.optionalText("precision");
    request.optLevel = params.optionalInteger("optLevel");
    request.tiling = params.optionalText("tiling");
    request.avgTiming = params.optionalInteger("avgTiming");
    request.maxTactics = params.optionalInteger("maxTactics");
    request.workspaceMiB = params.optionalNumber("workspace");
    request.tacticDramMiB = params.optionalNumber("tacticDram");
    request.tacticSharedMemoryKiB = params.optionalNumber("tacticSharedMemory");
    request.maxAuxStreams = params.optionalInteger("maxAuxStreams");
    request.timingCache = params.optionalText("timingCache");
    request.timingCacheOwned = params.truth("timingCacheOwned");
    request.failOnCacheMiss = params.truth("failOnCacheMiss");
    request.sparsity = params.truth("sparsity");
    request.refit = params.truth("refit");
    request.refitIdentical = params.truth("refitIdentical");
    request.strip = params.truth("strip");
    request.weightStreaming = params.truth("weightStreaming");
    request.versionCompatible = params.truth("versionCompatible");
    request.excludeLeanRuntime = params.truth("excludeLeanRuntime");
    request.hardwareCompat = params.optionalText("hardwareCompat");
    request.runtimePlatform = params.optionalText("runtimePlatform");
    request.profilingVerbosity = params.optionalText("profilingVerbosity");
    request.engineName = params.optionalText("engineName");
    request.plugins = params.texts("plugins");
    request.device = params.optionalInteger("device");
    return request;
}

Napi::Value build(const Napi::CallbackInfo& info) {
    const Params params(info[0]);
    const LibraryPaths library(params.object("library"));
    const trt::BuildRequest request = buildRequest(params);
    return startCall(info.Env(), info[1], info[2], [=](trt::Events& events, const CancelTokenPtr& token) {
        return give(toJson(trt::buildEngine(library.open(), request, events, token)));
    });
}

Napi::Value describe(const Napi::CallbackInfo& info) {
    const Params params(info[0]);
    const LibraryPaths library(params.object("library"));
    const std::string path = params.text("engine");
    const auto device = params.optionalInteger("device");
    const bool hostCode = params.truth("hostCode");
    return startCall(info.Env(), info[1], info[2], [=](trt::Events& events, const CancelTokenPtr&) {
        const trt::LogScope logs(events);
        std::string reason;
        const auto loaded = trt::LoadedEngine::open(library.open(), path, device, hostCode, events, reason);
        if (!loaded) return give(Json::Object{{"engine", nullptr}, {"reason", reason}});
        const cuda::CurrentContext current(loaded->context());
        return give(Json::Object{{"engine", toJson(loaded->engine().describe())}, {"reason", nullptr}});
    });
}

}  // namespace

void exportEngineMethods(Napi::Env env, Napi::Object exports) {
    exports.Set("devices", Napi::Function::New(env, devices, "devices"));
    exports.Set("find", Napi::Function::New(env, find, "find"));
    exports.Set("options", Napi::Function::New(env, options, "options"));
    exports.Set("plugins", Napi::Function::New(env, plugins, "plugins"));
    exports.Set("header", Napi::Function::New(env, header, "header"));
    exports.Set("parse", Napi::Function::New(env, parse, "parse"));
    exports.Set("build", Napi::Function::New(env, build, "build"));
    exports.Set("describe", Napi::Function::New(env, describe, "describe"));
}

}  // namespace enginesmith::addon
