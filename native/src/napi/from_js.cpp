#include "napi/from_js.h"

namespace enginesmith::addon {
namespace {

[[noreturn]] void wrong(Napi::Env env, const std::string& name, const char* wanted) {
    throw Napi::TypeError::New(env, name + " must be " + wanted);
}

bool isNothing(const Napi::Value& value) { return value.IsNull() || value.IsUndefined(); }

}  // namespace

Napi::Object Params::objectOf(const Napi::Value& value, const char* name) {
    if (!value.IsObject()) wrong(value.Env(), name, "an object");
    return value.As<Napi::Object>();
}

std::string Params::text(const char* name) const {
    const Napi::Value found = value(name);
    if (!found.IsString()) wrong(object_.Env(), name, "a string");
    return found.As<Napi::String>().Utf8Value();
}

std::optional<std::string> Params::optionalText(const char* name) const {
    return isNothing(value(name)) ? std::nullopt : std::optional<std::string>(text(name));
}

std::optional<double> Params::optionalNumber(const char* name) const {
    const Napi::Value found = value(name);
    if (isNothing(found)) return std::nullopt;
    if (!found.IsNumber()) wrong(object_.Env(), name, "a number or null");
    return found.As<Napi::Number>().DoubleValue();
}

std::optional<std::int32_t> Params::optionalInteger(const char* name) const {
    const auto number = optionalNumber(name);
    return number ? std::optional<std::int32_t>(static_cast<std::int32_t>(*number)) : std::nullopt;
}

bool Params::truth(const char* name) const {
    const Napi::Value found = value(name);
    if (!found.IsBoolean()) wrong(object_.Env(), name, "true or false");
    return found.As<Napi::Boolean>().Value();
}

std::optional<Params> Params::optionalObject(const char* name) const {
    return isNothing(value(name)) ? std::nullopt : std::optional<Params>(object(name));
}

Napi::Array Params::array(const char* name) const {
    const Napi::Value found = value(name);
    if (!found.IsArray()) wrong(object_.Env(), name, "an array");
    return found.As<Napi::Array>();
}

std::vector<Params> Params::objects(const char* name) const {
    const Napi::Array items = array(name);
    std::vector<Params> result;
    for (std::uint32_t i = 0; i < items.Length(); ++i) result.emplace_back(items.Get(i));
    return result;
}

std::vector<std::string> Params::texts(const char* name) const {
    const Napi::Array items = array(name);
    std::vector<std::string> result;
    for (std::uint32_t i = 0; i < items.Length(); ++i) {
        const Napi::Value item = items.Get(i);
        if (!item.IsString()) wrong(object_.Env(), name, "an array of strings");
        result.push_back(item.As<Napi::String>().Utf8Value());
    }
    return result;
}

std::vector<std::int64_t> Params::integers(const char* name) const {
    const Napi::Array items = array(name);
    std::vector<std::int64_t> result;
    for (std::uint32_t i = 0; i < items.Length(); ++i) {
        const Napi::Value item = items.Get(i);
        if (!item.IsNumber()) wrong(object_.Env(), name, "an array of numbers");
        result.push_back(item.As<Napi::Number>().Int64Value());
    }
    return result;
}

Napi::Uint8Array Params::bytes(const char* name) const {
    const Napi::Value found = value(name);
    if (!found.IsTypedArray() || found.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
        wrong(object_.Env(), name, "a Uint8Array");
    return found.As<Napi::Uint8Array>();
}

std::optional<std::vector<char>> Params::optionalBytes(const char* name) const {
    if (isNothing(value(name))) return std::nullopt;
    const Napi::Uint8Array view = bytes(name);
    return std::vector<char>(view.Data(), view.Data() + view.ByteLength());
}

}  // namespace enginesmith::addon
