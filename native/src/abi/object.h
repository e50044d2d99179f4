#pragma once
#include <cstdint>

#include "abi/slot_call.h"
#include "abi/table.h"
#include "base/failure.h"

namespace enginesmith::abi {

/// A pointer that the library gave, with the table to call it by. Does not own it: Owned does.
class Object {
public:
    Object(const Table& table, void* pointer) noexcept : table_(&table), pointer_(pointer) {}

    void* raw() const noexcept { return pointer_; }
    bool isNull() const noexcept { return pointer_ == nullptr; }
    const Table& table() const noexcept { return *table_; }
    bool has(Method method) const noexcept { return table_->has(method); }

protected:
    /// Without CUDA some versions give null plus an offset: no object lives in the first 64 KiB.
    static constexpr std::uintptr_t kLowestObject = 65536;

    static bool plausible(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer) >= kLowestObject; }

    [[noreturn]] static void refuse(const char* why) {
        throw Failure("BUILD_FAILED", std::string("The library gave an object that cannot be used: ") + why + ".",
                      "Check the GPU driver, and that library and GPU go together; see the log for the library's own words.");
    }

    const Table* table_;
    void* pointer_;
};

/// A public class of TensorRT: calls go to the implementation whose pointer is at byte 8; the object's own vtable only destroys it.
class ImplObject : public Object {
public:
    using Object::Object;

    bool isUsable() const noexcept { return plausible(pointer_) && plausible(implementation()); }

protected:
    template <class R, class... A>
    R call(Method method, A... arguments) const {
        if (!plausible(pointer_)) refuse("its address is not one");
        void* const implementation = this->implementation();
        if (!plausible(implementation)) refuse("it is hollow");
        return callSlot<R, A...>(implementation, table_->slot(method), arguments...);
    }

    void destroyByVtable() const noexcept {
        if (!plausible(pointer_)) return;
#ifdef _WIN32
        callSlot<void*, unsigned>(pointer_, 0, 1u);  // the one scalar-deleting destructor; 1: free the memory too
#else
        callSlot<void>(pointer_, 1);  // complete, then deleting destructor
#endif
    }

private:
    void* implementation() const noexcept { return *reinterpret_cast<void**>(static_cast<char*>(pointer_) + sizeof(void*)); }
};

/// A class of the ONNX parser: plain virtual functions.
class DirectObject : public Object {
public:
    using Object::Object;

    bool isUsable() const noexcept { return plausible(pointer_); }

protected:
    template <class R, class... A>
    R call(Method method, A... arguments) const {
        if (!plausible(pointer_)) refuse("its address is not one");
        return callSlot<R, A...>(pointer_, table_->slot(method), arguments...);
    }

    void destroyBySlot(Method method) const noexcept {
        if (!plausible(pointer_) || !table_->has(method)) return;
#ifdef _WIN32
        callSlot<void*, unsigned>(pointer_, table_->slot(method), 1u);
#else
        callSlot<void>(pointer_, table_->slot(method) + 1);  // the row names the complete destructor; the deleting one follows
#endif
    }
};

/// Owns a wrapper and destroys its object.
template <class T>
class Owned {
public:
    explicit Owned(T object) noexcept : object_(object) {}
    Owned(Owned&& other) noexcept : object_(other.object_), owned_(other.owned_) { other.owned_ = false; }
    Owned& operator=(Owned&&) = delete;
    Owned(const Owned&) = delete;
    Owned& operator=(const Owned&) = delete;
    ~Owned() {
        if (owned_) object_.destroy();
    }

    const T& operator*() const noexcept { return object_; }
    const T* operator->() const noexcept { return &object_; }
    explicit operator bool() const noexcept { return object_.isUsable(); }

private:
    T object_;
    bool owned_ = true;
};

}  // namespace enginesmith::abi
