#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "abi/table.h"
#include "generated/abi_structs.h"

namespace enginesmith::trt {

/// A size, or the name of a symbol.
using Dim = std::variant<std::int64_t, std::string>;

/// A named input or output; `dtype` by the contract's names.
struct TensorSpec {
    std::string name;
    std::string dtype;
    std::vector<Dim> shape;
};

/// The contract's name of an element type; empty for one that no tensor file can hold (INT4, FP4, E8M0).
const char* dtypeName(std::optional<abi::DataType> type) noexcept;

/// Bytes of one element by the contract's name; 0 for an unknown name.
std::size_t dtypeBytes(const std::string& name) noexcept;

std::vector<std::int64_t> sizesOf(const abi::Dims64& dims);
abi::Dims64 dimsOf(const std::vector<std::int64_t>& sizes);
/// `4x3x32x32`; `scalar` for none.
std::string shapeText(const std::vector<std::int64_t>& sizes);
std::string shapeText(const std::vector<Dim>& shape);

}  // namespace enginesmith::trt
