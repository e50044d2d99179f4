#include "napi/call.h"
#include "napi/engine_methods.h"
#include "napi/from_js.h"
#include "napi/results.h"
#include "napi/run_options.h"
#include "napi/to_js.h"
#include "trt/logger.h"
#include "trt/refit.h"
#include "trt/timer.h"

namespace enginesmith::addon {
namespace {

Json numbers(const std::vector<double>& values) { return Json::Array(values.begin(), values.end()); }

Json toJson(const cuda::GpuState& state) {
    return Json::Object{{"smClock", orNull(state.smClock)},
                        {"memoryClock", orNull(state.memoryClock)},
                        {"temperature", orNull(state.temperature)},
                        {"power", orNull(state.power)}};
}

Json toJson(const trt::TimeReply& reply) {
    Json::Object shapes;
    for (const auto& [name, sizes] : reply.shapes) shapes.emplace_back(name, Json::Array(sizes.begin(), sizes.end()));
    Json::Array layers;
    for (const auto& [name, times] : reply.layers) layers.push_back(Json::Object{{"name", name}, {"ms", numbers(times)}});
    return Json::Object{{"shapes", shapes},
                        {"gpu", numbers(reply.gpu)},
                        {"host", numbers(reply.host)},
                        {"h2d", numbers(reply.h2d)},
                        {"d2h", numbers(reply.d2h)},
                        {"enqueue", numbers(reply.enqueue)},
                        {"wallMs", reply.wallMs},
                        {"plainReason", reply.plainReason.empty() ? Json(nullptr) : Json(reply.plainReason)},
                        {"graphRefusal", reply.graphRefusal.empty() ? Json(nullptr) : Json(reply.graphRefusal)},
                        {"zeroOutputs", reply.zeroOutputs},
                        {"outputs", static_cast<std::uint64_t>(reply.outputs)},
                        {"before", toJson(reply.before)},
                        {"after", toJson(reply.after)},
                        {"layerTimes", layers},
                        {"weightStreaming", reply.weightStreaming ? addon::toJson(*reply.weightStreaming) : Json(nullptr)},
                        {"runtimeCacheTaken", orNull(reply.runtimeCacheTaken)},
                        {"inspector", reply.inspector.empty() ? Json(nullptr) : Json(reply.inspector)}};
}

Json toJson(const trt::RefitReply& reply) {
    return Json::Object{{"refitted", reply.refitted},
                        {"total", static_cast<std::uint64_t>(reply.names.size())},
                        {"set", static_cast<std::uint64_t>(reply.set)},
                        {"missing", reply.missing},
                        {"unknown", reply.unknown},
                        {"refused", reply.refused},
                        {"errors", reply.errors},
                        {"seconds", reply.seconds},
                        {"flagsWith", reply.flagsWith},
                        {"flagsWithout", reply.flagsWithout},
                        {"bytesWith", reply.bytesWith},
                        {"bytesWithout", reply.bytesWithout}};
}

template <class Reply>
Settle done(const std::optional<Reply>& reply, const std::string& reason) {
    Json json = Json::Object{{"result", reply ? toJson(*reply) : Json(nullptr)}, {"reason", reply ? Json(nullptr) : Json(reason)}};
    return [json = std::move(json)](Napi::Env env) { return toJs(env, json); };
}

Napi::Value timeEngine(const Napi::CallbackInfo& info) {
    const Params params(info[0]), library = params.object("library");
    const std::string path = library.text("path"), parser = library.text("parserPath");
    trt::TimeRequest request;
    request.engine = params.text("engine");
    request.device = params.optionalInteger("device");
    request.hostCode = params.truth("hostCode");
    request.profile = params.optionalInteger("profile").value_or(0);
    for (const Params& input : params.objects("shapes")) request.shapes[input.text("name")] = input.integers("shape");
    request.warmUpMs = params.optionalNumber("warmUpMs").value_or(0);
    request.durationMs = params.optionalNumber("durationMs").value_or(0);
    request.iterations = params.optionalInteger("iterations").value_or(0);
    request.profiledRuns = params.optionalInteger("profiledRuns").value_or(0);
    request.cudaGraph = params.truth("cudaGraph");
    request.overlap = params.truth("overlap");
    request.options = runOptions(params);
    return startCall(info.Env(), info[1], info[2], [=](trt::Events& events, const CancelTokenPtr& token) {
        const trt::LogScope logs(events);
        std::string reason;
        auto reply = trt::timeEngine(trt::Library::require(path, parser), request, events, *token, reason);
        const auto cache = std::make_shared<std::vector<char>>();
        if (reply) cache->swap(reply->runtimeCache);
        const Settle settle = done(reply, reason);
        return [settle, cache](Napi::Env env) {
            const Napi::Value result = settle(env);
            result.As<Napi::Object>().Set("runtimeCache", cacheToJs(env, *cache));
            return result;
        };
    });
}

Napi::Value refitEngine(const Napi::CallbackInfo& info) {
    const Params params(info[0]), library = params.object("library");
    const std::string path = library.text("path"), parser = library.text("parserPath");
    trt::RefitRequest request;
    request.engine = params.text("engine");
    request.device = params.optionalInteger("device");
    request.hostCode = params.truth("hostCode");
    request.onnx = params.optionalText("onnx");
    request.outWith = params.text("outWith");
    request.outWithout = params.text("outWithout");
    std::vector<Napi::Object> keepAlive;
    for (const Params& tensor : params.objects("weights")) {
        const Napi::Uint8Array data = tensor.bytes("data");
        request.weights.push_back({tensor.text("name"), tensor.text("dtype"), tensor.integers("shape"), data.Data(), data.ByteLength()});
        keepAlive.push_back(data);
    }
    return startCall(
        info.Env(), info[1], info[2],
        [=](trt::Events& events, const CancelTokenPtr& token) {
            const trt::LogScope logs(events);
            std::string reason;
            const auto reply = trt::refitEngine(trt::Library::require(path, parser), request, events, *token, reason);
            return done(reply, reason);
        },
        keepAlive);
}

}  // namespace

void exportWorkMethods(Napi::Env env, Napi::Object exports) {
    exports.Set("timeEngine", Napi::Function::New(env, timeEngine, "timeEngine"));
    exports.Set("refitEngine", Napi::Function::New(env, refitEngine, "refitEngine"));
}

}  // namespace enginesmith::addon
