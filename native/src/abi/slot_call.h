#pragma once
#include <cstring>

namespace enginesmith::abi {

/// Calls entry `slot` of an object's vtable as a member function, so that `this` and a returned struct travel as the platform's C++ ABI
/// has it. The caller vouches for the signature; only generated code and destroy() do so.
template <class R, class... A>
R callSlot(void* object, int slot, A... arguments) {
    struct Any {};
    using Function = R (Any::*)(A...);
    void* entry = (*static_cast<void***>(object))[slot];
    Function function;
    char raw[sizeof(Function)] = {};
    // A pointer to a non-virtual member is the code address (and on Itanium a zero adjustment after it).
    std::memcpy(raw, &entry, sizeof entry);
    std::memcpy(&function, raw, sizeof function);
    return (static_cast<Any*>(object)->*function)(arguments...);
}

}  // namespace enginesmith::abi
