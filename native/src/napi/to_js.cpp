#include "napi/to_js.h"

#include <cmath>

namespace enginesmith::addon {

Napi::Value toJs(Napi::Env env, const Json& json) {
    const Json::Value& value = json.value();
    if (const bool* truth = std::get_if<bool>(&value)) return Napi::Boolean::New(env, *truth);
    // JSON has no NaN and no infinity; they are null wherever results cross.
    if (const double* number = std::get_if<double>(&value))
        return std::isfinite(*number) ? Napi::Value(Napi::Number::New(env, *number)) : env.Null();
    if (const std::string* text = std::get_if<std::string>(&value)) return Napi::String::New(env, *text);
    if (const Json::Array* items = std::get_if<Json::Array>(&value)) {
        Napi::Array array = Napi::Array::New(env, items->size());
        for (std::size_t i = 0; i < items->size(); ++i) array.Set(static_cast<std::uint32_t>(i), toJs(env, (*items)[i]));
        return array;
    }
    if (const Json::Object* members = std::get_if<Json::Object>(&value)) {
        Napi::Object object = Napi::Object::New(env);
        for (const Json::Member& member : *members) object.Set(member.first, toJs(env, member.second));
        return object;
    }
    return env.Null();
}

Napi::Error toJs(Napi::Env env, const Failure& failure) {
    Napi::Error error = Napi::Error::New(env, failure.message());
    error.Set("code", Napi::String::New(env, failure.code()));
    error.Set("remedy", Napi::String::New(env, failure.remedy()));
    error.Set("details", toJs(env, Json(failure.details())));
    return error;
}

}  // namespace enginesmith::addon
