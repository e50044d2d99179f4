#pragma once
#include <memory>

#include "generated/abi_interfaces.h"

namespace enginesmith::trt {

/// Owns an object that the library calls back, in the shape that its table expects.
class Client {
public:
    Client() = default;

    /// `Adapter<Set>` derives from one interface of the set and forwards to `state`, which outlives the client.
    template <template <class> class Adapter, class State>
    static Client make(abi::Interfaces which, State& state) {
        return abi::visitInterfaces(which, [&](auto set) {
            using Interface = typename Adapter<decltype(set)>::Interface;
            auto adapter = std::make_shared<Adapter<decltype(set)>>(state);
            Client client;
            client.raw_ = static_cast<Interface*>(adapter.get());
            client.owner_ = std::move(adapter);
            return client;
        });
    }

    /// What is handed to the library.
    void* raw() const noexcept { return raw_; }

private:
    std::shared_ptr<void> owner_;
    void* raw_ = nullptr;
};

}  // namespace enginesmith::trt
