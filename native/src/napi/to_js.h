#pragma once
#include <napi.h>

#include <optional>

#include "base/failure.h"
#include "base/json.h"

namespace enginesmith::addon {

Napi::Value toJs(Napi::Env env, const Json& json);
/// An Error with `code`, `remedy` and `details`, as the contract has it.
Napi::Error toJs(Napi::Env env, const Failure& failure);

template <class T>
Json orNull(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

}  // namespace enginesmith::addon
