// A library with TensorRT's entry points and nothing behind them: each build of it has one fault.
#include <cstdint>
#include <cstdlib>

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT std::int32_t getInferLibVersion() { return FAKE_VERSION; }

#if defined(FAKE_HOLLOW) || defined(FAKE_LIAR)
namespace {

struct PublicObject {
    void* vtable;
    void* implementation;
};

#ifdef FAKE_LIAR
/// An implementation whose every method answers zero: no getLogger gives back the logger.
void* answerNothing() { return nullptr; }

struct Implementation {
    void* (*const* vtable)();
};

void* (*methods[64])() = {};

PublicObject* makeObject() {
    for (auto& method : methods) method = answerNothing;
    static Implementation implementation{methods};
    static PublicObject object{methods, &implementation};
    return &object;
}
#else
void* (*destructors[2])() = {[]() -> void* { return nullptr; }, []() -> void* { return nullptr; }};

PublicObject* makeObject() {
    static PublicObject object{destructors, nullptr};
    return &object;
}
#endif

}  // namespace
#endif

#ifndef FAKE_NO_BUILDER
EXPORT void* createInferBuilder_INTERNAL(void*, std::int32_t) {
#if defined(FAKE_GARBAGE)
    return reinterpret_cast<void*>(0x208);
#elif defined(FAKE_HOLLOW) || defined(FAKE_LIAR)
    return makeObject();
#elif defined(FAKE_ABORT)
    std::abort();
#elif defined(FAKE_CRASH)
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(*static_cast<volatile std::int32_t*>(nullptr)));
#else
    return nullptr;
#endif
}
#endif

EXPORT void* createInferRuntime_INTERNAL(void*, std::int32_t) { return nullptr; }
