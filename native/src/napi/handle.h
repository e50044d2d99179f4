#pragma once
#include <napi.h>

#include <memory>
#include <utility>

namespace enginesmith::addon {

/// Wraps shared ownership in an opaque, type-tagged JavaScript value; freed when it is garbage and no call uses it.
template <class T>
Napi::Value makeHandle(Napi::Env env, std::shared_ptr<T> owned, const napi_type_tag& tag) {
    auto handle = Napi::External<std::shared_ptr<T>>::New(env, new std::shared_ptr<T>(std::move(owned)),
                                                          [](Napi::Env, std::shared_ptr<T>* held) { delete held; });
    handle.TypeTag(&tag);
    return handle;
}

/// What a handle of that tag holds; any other value throws a TypeError, so that a mixed-up handle is never read as something else.
template <class T>
std::shared_ptr<T> openHandle(const Napi::Value& value, const napi_type_tag& tag, const char* name) {
    if (!value.IsExternal() || !value.As<Napi::External<std::shared_ptr<T>>>().CheckTypeTag(&tag)) {
        throw Napi::TypeError::New(value.Env(), std::string(name) + " is not one of this addon");
    }
    return *value.As<Napi::External<std::shared_ptr<T>>>().Data();
}

}  // namespace enginesmith::addon
