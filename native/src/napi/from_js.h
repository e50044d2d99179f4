#pragma once
#include <napi.h>

#include <optional>
#include <string>
#include <vector>

namespace enginesmith::addon {

/// Reads parameters that TypeScript has already checked; what does not fit all the same throws a TypeError that names it.
class Params {
public:
    explicit Params(const Napi::Value& value) : object_(objectOf(value, "the parameters")) {}

    std::string text(const char* name) const;
    std::optional<std::string> optionalText(const char* name) const;
    std::optional<double> optionalNumber(const char* name) const;
    std::optional<std::int32_t> optionalInteger(const char* name) const;
    bool truth(const char* name) const;
    Params object(const char* name) const { return Params(object_.Get(name)); }
    std::optional<Params> optionalObject(const char* name) const;
    std::vector<Params> objects(const char* name) const;
    std::vector<std::string> texts(const char* name) const;
    std::vector<std::int64_t> integers(const char* name) const;
    Napi::Array array(const char* name) const;
    Napi::Uint8Array bytes(const char* name) const;
    /// A copy, which outlives the JavaScript value; empty where there is none.
    std::optional<std::vector<char>> optionalBytes(const char* name) const;

private:
    static Napi::Object objectOf(const Napi::Value& value, const char* name);
    Napi::Value value(const char* name) const { return object_.Get(name); }
    Napi::Object object_;
};

}  // namespace enginesmith::addon
