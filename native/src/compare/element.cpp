#include "compare/element.h"

#include <cmath>
#include <limits>

namespace enginesmith::compare {
namespace {

struct TypeRow {
    ElementType type;
    const char* name;
    std::size_t bytes;
    Kind kind;
};

constexpr TypeRow kRows[] = {
    {ElementType::float64, "float64", 8, Kind::floating},
    {ElementType::float32, "float32", 4, Kind::floating},
    {ElementType::float16, "float16", 2, Kind::floating},
    {ElementType::bfloat16, "bfloat16", 2, Kind::floating},
    {ElementType::float8_e4m3fn, "float8_e4m3fn", 1, Kind::floating},
    {ElementType::float8_e5m2, "float8_e5m2", 1, Kind::floating},
    {ElementType::int64, "int64", 8, Kind::integer},
    {ElementType::int32, "int32", 4, Kind::integer},
    {ElementType::int16, "int16", 2, Kind::integer},
    {ElementType::int8, "int8", 1, Kind::integer},
    {ElementType::uint64, "uint64", 8, Kind::integer},
    {ElementType::uint32, "uint32", 4, Kind::integer},
    {ElementType::uint16, "uint16", 2, Kind::integer},
    {ElementType::uint8, "uint8", 1, Kind::integer},
    {ElementType::boolean, "bool", 1, Kind::boolean},
};

const TypeRow& rowOf(ElementType type) noexcept { return kRows[static_cast<std::size_t>(type)]; }

/// A small IEEE-like number; `infinities` false: only the all-ones pattern is NaN and the rest of the top exponent are numbers.
double smallFloat(unsigned bits, int exponentBits, int mantissaBits, bool infinities) noexcept {
    const unsigned mantissaMask = (1u << mantissaBits) - 1, exponentMask = (1u << exponentBits) - 1;
    const unsigned mantissa = bits & mantissaMask, exponent = bits >> mantissaBits & exponentMask;
    const int bias = static_cast<int>(exponentMask >> 1);
    const double sign = (bits >> (exponentBits + mantissaBits) & 1u) != 0 ? -1.0 : 1.0;
    if (exponent == exponentMask && (infinities || mantissa == mantissaMask)) {
        if (infinities && mantissa == 0) return sign * std::numeric_limits<double>::infinity();
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (exponent == 0) return sign * std::ldexp(static_cast<double>(mantissa), 1 - bias - mantissaBits);
    return sign * std::ldexp(static_cast<double>(mantissa | 1u << mantissaBits), static_cast<int>(exponent) - bias - mantissaBits);
}

template <class T>
Integer fromSigned(T value) noexcept {
    const auto wide = static_cast<std::int64_t>(value);
    // Negating in unsigned arithmetic is exact for the smallest value too.
    return wide < 0 ? Integer{true, 0 - static_cast<std::uint64_t>(wide)} : Integer{false, static_cast<std::uint64_t>(wide)};
}

}  // namespace

std::optional<ElementType> elementType(const std::string& name) noexcept {
    for (const TypeRow& row : kRows) {
        if (name == row.name) return row.type;
    }
    return std::nullopt;
}

const char* nameOf(ElementType type) noexcept { return rowOf(type).name; }
std::size_t bytesOf(ElementType type) noexcept { return rowOf(type).bytes; }
Kind kindOf(ElementType type) noexcept { return rowOf(type).kind; }

double halfToDouble(std::uint16_t bits) noexcept { return smallFloat(bits, 5, 10, true); }
double float8E4m3ToDouble(std::uint8_t bits) noexcept { return smallFloat(bits, 4, 3, false); }
double float8E5m2ToDouble(std::uint8_t bits) noexcept { return smallFloat(bits, 5, 2, true); }

double bfloat16ToDouble(std::uint16_t bits) noexcept {
    const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
}

double distance(const Integer& a, const Integer& b) noexcept {
    const bool sameSign = a.negative == b.negative || a.magnitude == 0 || b.magnitude == 0;
    if (!sameSign) return static_cast<double>(a.magnitude) + static_cast<double>(b.magnitude);
    return static_cast<double>(a.magnitude > b.magnitude ? a.magnitude - b.magnitude : b.magnitude - a.magnitude);
}

double Reader::real(std::size_t index) const noexcept {
    switch (type_) {
        case ElementType::float64:
            return load<double>(index);
        case ElementType::float32:
            return load<float>(index);
        case ElementType::float16:
            return halfToDouble(load<std::uint16_t>(index));
        case ElementType::bfloat16:
            return bfloat16ToDouble(load<std::uint16_t>(index));
        case ElementType::float8_e4m3fn:
            return float8E4m3ToDouble(load<std::uint8_t>(index));
        case ElementType::float8_e5m2:
            return float8E5m2ToDouble(load<std::uint8_t>(index));
        default:
            return integer(index).toDouble();
    }
}

Integer Reader::integer(std::size_t index) const noexcept {
    switch (type_) {
        case ElementType::int64:
            return fromSigned(load<std::int64_t>(index));
        case ElementType::int32:
            return fromSigned(load<std::int32_t>(index));
        case ElementType::int16:
            return fromSigned(load<std::int16_t>(index));
        case ElementType::int8:
            return fromSigned(load<std::int8_t>(index));
        case ElementType::uint64:
            return {false, load<std::uint64_t>(index)};
        case ElementType::uint32:
            return {false, load<std::uint32_t>(index)};
        case ElementType::uint16:
            return {false, load<std::uint16_t>(index)};
        case ElementType::boolean:
            return {false, load<std::uint8_t>(index) != 0 ? 1u : 0u};
        default:
            return {false, load<std::uint8_t>(index)};
    }
}

}  // namespace enginesmith::compare
