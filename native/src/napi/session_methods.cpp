#include "napi/call.h"
#include "napi/engine_methods.h"
#include "napi/from_js.h"
#include "napi/handle.h"
#include "napi/results.h"
#include "napi/run_options.h"
#include "napi/to_js.h"
#include "trt/logger.h"
#include "trt/session.h"

namespace enginesmith::addon {
namespace {

constexpr napi_type_tag kSessionTag = {0x6e67696e65736d69, 0x746873657373696f};

Napi::Value openEngine(const Napi::CallbackInfo& info) {
    const Params params(info[0]), library = params.object("library");
    const std::string path = library.text("path"), parser = library.text("parserPath"), engine = params.text("engine");
    const auto device = params.optionalInteger("device");
    const bool hostCode = params.truth("hostCode");
    const trt::RunOptions options = runOptions(params);
    return startCall(info.Env(), info[1], info[2], [=](trt::Events& events, const CancelTokenPtr&) -> Settle {
        const trt::LogScope logs(events);
        std::string reason;
        const auto session = trt::Session::open(trt::Library::require(path, parser), engine, device, hostCode, options, events, reason);
        return [session, reason](Napi::Env env) {
            Napi::Object result = Napi::Object::New(env);
            result.Set("session", session ? makeHandle(env, session, kSessionTag) : env.Null());
            result.Set("reason", session ? env.Null() : Napi::Value(Napi::String::New(env, reason)));
            result.Set("weightStreaming",
                       session && session->weightStreaming() ? toJs(env, toJson(*session->weightStreaming())) : Napi::Value(env.Null()));
            result.Set("runtimeCacheTaken", session ? toJs(env, orNull(session->runtimeCacheTaken())) : Napi::Value(env.Null()));
            return result;
        };
    });
}

Napi::Value tensorToJs(Napi::Env env, const trt::OutputTensor& tensor) {
    Napi::Object object = Napi::Object::New(env);
    object.Set("name", tensor.name);
    object.Set("dtype", tensor.dtype);
    Napi::Array shape = Napi::Array::New(env, tensor.shape.size());
    for (std::size_t i = 0; i < tensor.shape.size(); ++i)
        shape.Set(static_cast<std::uint32_t>(i), Napi::Number::New(env, static_cast<double>(tensor.shape[i])));
    object.Set("shape", shape);
    // A copy: Electron forbids buffers whose memory lies outside its own heap.
    Napi::Uint8Array data = Napi::Uint8Array::New(env, tensor.data.size());
    if (!tensor.data.empty()) std::memcpy(data.Data(), tensor.data.data(), tensor.data.size());
    object.Set("data", data);
    return object;
}

Napi::Value runEngine(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto session = openHandle<trt::Session>(info[0], kSessionTag, "the session");
    if (!info[1].IsArray()) throw Napi::TypeError::New(env, "inputs must be an array");
    const auto list = info[1].As<Napi::Array>();
    std::vector<trt::TensorView> inputs;
    std::vector<Napi::Object> keepAlive;
    for (std::uint32_t i = 0; i < list.Length(); ++i) {
        const Params tensor(list.Get(i));
        const Napi::Uint8Array data = tensor.bytes("data");
        inputs.push_back({tensor.text("name"), tensor.text("dtype"), tensor.integers("shape"), data.Data(), data.ByteLength()});
        keepAlive.push_back(data);
    }
    return startCall(
        env, info[2], info[3],
        [=](trt::Events& events, const CancelTokenPtr& token) -> Settle {
            const trt::LogScope logs(events);
            const auto reply = std::make_shared<trt::RunReply>(session->run(inputs, *token));
            return [reply](Napi::Env jsEnv) {
                Napi::Object result = Napi::Object::New(jsEnv);
                Napi::Array outputs = Napi::Array::New(jsEnv, reply->outputs.size());
                for (std::size_t i = 0; i < reply->outputs.size(); ++i)
                    outputs.Set(static_cast<std::uint32_t>(i), tensorToJs(jsEnv, reply->outputs[i]));
                result.Set("outputs", outputs);
                result.Set("seconds", Napi::Number::New(jsEnv, reply->seconds));
                return result;
            };
        },
        keepAlive);
}

Napi::Value runtimeCacheOf(const Napi::CallbackInfo& info) {
    const auto session = openHandle<trt::Session>(info[0], kSessionTag, "the session");
    return startCall(info.Env(), [=]() -> Settle {
        const auto bytes = std::make_shared<std::vector<char>>(session->runtimeCache());
        return [bytes](Napi::Env env) { return cacheToJs(env, *bytes); };
    });
}

Napi::Value closeEngine(const Napi::CallbackInfo& info) {
    const auto session = openHandle<trt::Session>(info[0], kSessionTag, "the session");
    return startCall(info.Env(), [=]() -> Settle {
        session->close();
        return [](Napi::Env env) { return env.Undefined(); };
    });
}

}  // namespace

void exportSessionMethods(Napi::Env env, Napi::Object exports) {
    exports.Set("openEngine", Napi::Function::New(env, openEngine, "openEngine"));
    exports.Set("runEngine", Napi::Function::New(env, runEngine, "runEngine"));
    exports.Set("runtimeCacheOf", Napi::Function::New(env, runtimeCacheOf, "runtimeCacheOf"));
    exports.Set("closeEngine", Napi::Function::New(env, closeEngine, "closeEngine"));
}

}  // namespace enginesmith::addon
