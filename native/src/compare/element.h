#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace enginesmith::compare {

/// Element types by the contract's names.
enum class ElementType {
    float64,
    float32,
    float16,
    bfloat16,
    float8_e4m3fn,
    float8_e5m2,
    int64,
    int32,
    int16,
    int8,
    uint64,
    uint32,
    uint16,
    uint8,
    boolean
};

/// Types of one kind can be compared by value; of different kinds an output is another output.
enum class Kind { floating, integer, boolean };

/// A dense, row-major tensor that somebody else owns.
struct TensorView {
    ElementType type;
    std::vector<std::int64_t> shape;
    const void* data;
    std::size_t bytes;
};

std::optional<ElementType> elementType(const std::string& name) noexcept;
const char* nameOf(ElementType type) noexcept;
std::size_t bytesOf(ElementType type) noexcept;
Kind kindOf(ElementType type) noexcept;

double halfToDouble(std::uint16_t bits) noexcept;
double bfloat16ToDouble(std::uint16_t bits) noexcept;
/// e4m3fn has no infinity: its top pattern is NaN.
double float8E4m3ToDouble(std::uint8_t bits) noexcept;
double float8E5m2ToDouble(std::uint8_t bits) noexcept;

/// An integer of any 64-bit type, exactly.
struct Integer {
    bool negative;
    std::uint64_t magnitude;

    bool operator==(const Integer& other) const noexcept {
        return magnitude == other.magnitude && (negative == other.negative || magnitude == 0);
    }
    double toDouble() const noexcept { return negative ? -static_cast<double>(magnitude) : static_cast<double>(magnitude); }
};

/// |a - b|; zero only where both are equal, however large they are.
double distance(const Integer& a, const Integer& b) noexcept;

/// Reads the elements of a tensor as what they are compared by.
class Reader {
public:
    explicit Reader(const TensorView& tensor) noexcept : type_(tensor.type), data_(static_cast<const unsigned char*>(tensor.data)) {}
    double real(std::size_t index) const noexcept;
    Integer integer(std::size_t index) const noexcept;

private:
    template <class T>
    T load(std::size_t index) const noexcept {
        T value;
        std::memcpy(&value, data_ + index * sizeof(T), sizeof(T));
        return value;
    }
    ElementType type_;
    const unsigned char* data_;
};

}  // namespace enginesmith::compare
