#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace enginesmith {

/// A value that becomes a JavaScript value: what results and error details are made of.
class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;
    using Value = std::variant<std::nullptr_t, bool, double, std::string, Array, Object>;

    Json() : value_(nullptr) {}
    Json(std::nullptr_t) : value_(nullptr) {}
    Json(bool value) : value_(value) {}
    Json(double value) : value_(value) {}
    Json(std::int32_t value) : value_(static_cast<double>(value)) {}
    Json(std::int64_t value) : value_(static_cast<double>(value)) {}
    Json(std::uint64_t value) : value_(static_cast<double>(value)) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string value) : value_(std::move(value)) {}
    Json(Array value) : value_(std::move(value)) {}
    Json(Object value) : value_(std::move(value)) {}
    Json(const std::vector<std::string>& values) : value_(Array(values.begin(), values.end())) {}

    const Value& value() const noexcept { return value_; }

private:
    Value value_;
};

}  // namespace enginesmith
