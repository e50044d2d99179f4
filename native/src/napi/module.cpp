#include <napi.h>

#include "abi/table.h"
#include "napi/call.h"
#include "napi/engine_methods.h"
#include "napi/to_js.h"

namespace enginesmith::addon {
namespace {

Napi::Value info(const Napi::CallbackInfo& call) {
    Json::Array tables;
    for (std::size_t i = 0; i < abi::kFlavourCount; ++i) {
        tables.push_back(Json::Object{{"name", abi::kFlavours[i].name}, {"from", abi::kFlavours[i].from}, {"to", abi::kFlavours[i].to}});
    }
    return toJs(call.Env(), Json::Object{{"version", ENGINESMITH_VERSION}, {"napi", NAPI_VERSION}, {"tables", tables}});
}

void shutdown(const Napi::CallbackInfo& call) { Environment::of(call.Env()).cancelAll(); }

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
    auto* const environment = new Environment;
    env.SetInstanceData(environment);
    // An environment that ends waits for its workers: ask them to stop. (Ending the whole process does not come by here: see `shutdown`.)
    env.AddCleanupHook([environment] { environment->cancelAll(); });
    exports.Set("info", Napi::Function::New(env, info, "info"));
    exports.Set("shutdown", Napi::Function::New(env, shutdown, "shutdown"));
    exports.Set("createToken", Napi::Function::New(env, createToken, "createToken"));
    exports.Set("cancel", Napi::Function::New(env, cancelToken, "cancel"));
    exportEngineMethods(env, exports);
    exportSessionMethods(env, exports);
    exportWorkMethods(env, exports);
    exportCompareMethods(env, exports);
    return exports;
}

}  // namespace
}  // namespace enginesmith::addon

static Napi::Object initializeModule(Napi::Env env, Napi::Object exports) { return enginesmith::addon::initialize(env, exports); }

NODE_API_MODULE(enginesmith, initializeModule)
