#include "napi/call.h"

#include <algorithm>

#include "napi/handle.h"
#include "napi/to_js.h"

namespace enginesmith::addon {
namespace {

constexpr napi_type_tag kTokenTag = {0x6e67696e65736d69, 0x74682d746f6b656e};

struct Call;
struct Item;
void deliver(Napi::Env env, Napi::Function callback, Call* call, Item* item);
using ItemQueue = Napi::TypedThreadSafeFunction<Call, Item, deliver>;

/// What goes from the worker to the JavaScript thread: an event, or the end.
struct Item {
    Settle event;
    bool last;
};

struct Call {
    Call(Napi::Env env, CancelTokenPtr with, Work what)
        : deferred(Napi::Promise::Deferred::New(env)), token(std::move(with)), work(std::move(what)) {}
    Napi::Promise::Deferred deferred;
    CancelTokenPtr token;
    Work work;
    ItemQueue queue;
    Settle result;
    std::unique_ptr<Failure> failure;
    /// Why the listener threw; empty while it did not.
    std::string listenerFault;
    std::vector<Napi::ObjectReference> keepAlive;
};

Settle eventOf(Json::Object event) {
    return [event = std::move(event)](Napi::Env env) { return toJs(env, Json(event)); };
}

/// Turns events into items of the queue; a lost event never stops the work.
class QueueEvents final : public trt::Events {
public:
    explicit QueueEvents(Call& call) : call_(call) {}

    void phase(const trt::PhaseEvent& event) noexcept override {
        static constexpr const char* kActions[] = {"start", "step", "finish"};
        post([&] {
            return Json::Object{{"kind", "phase"},    {"action", kActions[static_cast<int>(event.action)]},
                                {"name", event.name}, {"parent", event.parent.empty() ? Json(nullptr) : Json(event.parent)},
                                {"step", event.step}, {"steps", event.steps}};
        });
    }
    void log(trt::LogLevel level, const char* source, const std::string& text) noexcept override {
        static constexpr const char* kLevels[] = {"verbose", "info", "warning", "error"};
        post(
            [&] { return Json::Object{{"kind", "log"}, {"level", kLevels[static_cast<int>(level)]}, {"source", source}, {"text", text}}; });
    }

private:
    template <class Make>
    void post(Make make) noexcept {
        try {
            auto item = std::make_unique<Item>(Item{eventOf(make()), false});
            if (call_.queue.BlockingCall(item.get()) == napi_ok) static_cast<void>(item.release());
        } catch (...) {
            // Out of memory or the environment is closing: nobody is left to tell.
        }
    }
    Call& call_;
};

class Worker final : public Napi::AsyncWorker {
public:
    Worker(Napi::Env env, Call* call) : Napi::AsyncWorker(env, "enginesmith"), call_(call) {}

    void Execute() override {
        try {
            call_->token->throwIfCancelled();
            QueueEvents events(*call_);
            call_->result = call_->work(events, call_->token);
        } catch (const Failure& failure) {
            call_->failure = std::make_unique<Failure>(failure);
        } catch (const std::bad_alloc&) {
            call_->failure =
                std::make_unique<Failure>("INTERNAL", "There was not enough memory.", "Close other programs, or use smaller inputs.");
        } catch (const std::exception& fault) {
            call_->failure = std::make_unique<Failure>("INTERNAL", std::string("An internal fault stopped this: ") + fault.what(),
                                                       "Run it again; if it repeats, report it with the log of the run.");
        } catch (...) {
            call_->failure = std::make_unique<Failure>("INTERNAL", "An internal fault stopped this.",
                                                       "Run it again; if it repeats, report it with the log of the run.");
        }
        // The end goes through the same queue as the events, so that it comes after all of them.
        ItemQueue queue = call_->queue;
        auto last = std::make_unique<Item>(Item{nullptr, true});
        if (queue.BlockingCall(last.get()) == napi_ok) static_cast<void>(last.release());
        queue.Release();
    }

private:
    Call* call_;
};

void settle(Napi::Env env, Call& call) {
    if (!call.listenerFault.empty()) {
        call.failure = std::make_unique<Failure>("INTERNAL", "The listener for progress threw: " + call.listenerFault,
                                                 "Report this with the log of the run.");
    }
    if (call.failure) {
        call.deferred.Reject(toJs(env, *call.failure).Value());
        return;
    }
    try {
        call.deferred.Resolve(call.result(env));
    } catch (const Napi::Error& error) {
        call.deferred.Reject(error.Value());
    } catch (const std::exception& fault) {
        call.deferred.Reject(
            toJs(env, Failure("INTERNAL", fault.what(), "Run it again; if it repeats, report it with the log of the run.")).Value());
    }
}

void tell(Napi::Env env, const Napi::Function& callback, Call& call, const Settle& event) {
    if (!call.listenerFault.empty()) return;
    try {
        callback.Call({event(env)});
    } catch (const Napi::Error& error) {
        call.listenerFault = error.Message().empty() ? "no message" : error.Message();
        call.token->cancel();
    }
}

void deliver(Napi::Env env, Napi::Function callback, Call* call, Item* raw) {
    const std::unique_ptr<Item> item(raw);
    if (env == nullptr) return;  // the environment is gone
    try {
        const Napi::HandleScope scope(env);
        if (item->last) {
            settle(env, *call);
        } else {
            tell(env, callback, *call, item->event);
        }
    } catch (const std::exception&) {
        // The environment is closing and runs no JavaScript any more: nobody is left to tell.
    }
}

}  // namespace

void Environment::remember(const CancelTokenPtr& token) {
    const std::lock_guard<std::mutex> lock(mutex_);
    tokens_.erase(std::remove_if(tokens_.begin(), tokens_.end(), [](const auto& known) { return known.expired(); }), tokens_.end());
    tokens_.push_back(token);
}

void Environment::cancelAll() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& known : tokens_) {
        if (const auto token = known.lock()) token->cancel();
    }
}

Napi::Value createToken(const Napi::CallbackInfo& info) {
    auto token = std::make_shared<CancelToken>();
    Environment::of(info.Env()).remember(token);
    return makeHandle(info.Env(), std::move(token), kTokenTag);
}

void cancelToken(const Napi::CallbackInfo& info) { openHandle<CancelToken>(info[0], kTokenTag, "the token")->cancel(); }

Napi::Value startCall(Napi::Env env, const Napi::Value& token, const Napi::Value& onEvent, Work work,
                      const std::vector<Napi::Object>& keepAlive) {
    if (!onEvent.IsFunction()) throw Napi::TypeError::New(env, "onEvent must be a function");
    auto call = std::make_unique<Call>(env, openHandle<CancelToken>(token, kTokenTag, "the token"), std::move(work));
    for (const Napi::Object& object : keepAlive) call->keepAlive.push_back(Napi::Persistent(object));
    Call* const raw = call.get();
    const auto finalize = [](Napi::Env, void*, Call* done) { delete done; };
    raw->queue = ItemQueue::New(env, onEvent.As<Napi::Function>(), "enginesmith", 0, 1, raw, finalize, static_cast<void*>(nullptr));
    static_cast<void>(call.release());
    const Napi::Promise promise = raw->deferred.Promise();
    (new Worker(env, raw))->Queue();  // the worker deletes itself when it is done
    return promise;
}

Napi::Value startCall(Napi::Env env, std::function<Settle()> work, const std::vector<Napi::Object>& keepAlive) {
    auto token = std::make_shared<CancelToken>();
    const Napi::Function nobody = Napi::Function::New(env, [](const Napi::CallbackInfo&) {});
    return startCall(
        env, makeHandle(env, std::move(token), kTokenTag), nobody,
        [work = std::move(work)](trt::Events&, const CancelTokenPtr&) { return work(); }, keepAlive);
}

}  // namespace enginesmith::addon
