#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/cancel.h"
#include "trt/events.h"

namespace enginesmith::addon {

/// Makes the JavaScript value of a result, on the JavaScript thread.
using Settle = std::function<Napi::Value(Napi::Env)>;
/// Runs on a worker thread. What it throws rejects the promise.
using Work = std::function<Settle(trt::Events&, const CancelTokenPtr&)>;

/// What one JavaScript environment has in this addon.
class Environment {
public:
    static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

    void remember(const CancelTokenPtr& token);
    /// Asks every call that is under way to stop.
    void cancelAll() noexcept;

private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<CancelToken>> tokens_;
};

/// Makes a token that cancelToken and startCall take.
Napi::Value createToken(const Napi::CallbackInfo& info);
void cancelToken(const Napi::CallbackInfo& info);

/// Runs `work` on a worker thread. Its events go to `onEvent` in their order, all before the promise settles. An `onEvent` that throws
/// cancels the call, which then rejects with INTERNAL. `keepAlive` is held until the work is done.
Napi::Value startCall(Napi::Env env, const Napi::Value& token, const Napi::Value& onEvent, Work work,
                      const std::vector<Napi::Object>& keepAlive = {});

/// The same for short work that has neither events nor a way to stop it.
Napi::Value startCall(Napi::Env env, std::function<Settle()> work, const std::vector<Napi::Object>& keepAlive = {});

}  // namespace enginesmith::addon
