#include "trt/tensor.h"

#include <algorithm>

#include "base/failure.h"

namespace enginesmith::trt {
namespace {

struct TypeName {
    abi::DataType type;
    const char* name;
    std::size_t bytes;
};

constexpr TypeName kTypes[] = {
    {abi::DataType::kFLOAT, "float32", 4}, {abi::DataType::kHALF, "float16", 2}, {abi::DataType::kBF16, "bfloat16", 2},
    {abi::DataType::kINT8, "int8", 1},     {abi::DataType::kINT32, "int32", 4},  {abi::DataType::kINT64, "int64", 8},
    {abi::DataType::kBOOL, "bool", 1},     {abi::DataType::kUINT8, "uint8", 1},  {abi::DataType::kFP8, "float8_e4m3fn", 1},
};

constexpr std::int32_t kMaxDims = 8;

template <class T, class F>
std::string joined(const std::vector<T>& parts, F text) {
    if (parts.empty()) return "scalar";
    std::string all;
    for (const T& part : parts) all += (all.empty() ? "" : "x") + text(part);
    return all;
}

}  // namespace

const char* dtypeName(std::optional<abi::DataType> type) noexcept {
    for (const TypeName& entry : kTypes) {
        if (type == entry.type) return entry.name;
    }
    return "";
}

std::size_t dtypeBytes(const std::string& name) noexcept {
    for (const TypeName& entry : kTypes) {
        if (name == entry.name) return entry.bytes;
    }
    return 0;
}

std::vector<std::int64_t> sizesOf(const abi::Dims64& dims) { return {dims.d, dims.d + std::clamp(dims.nbDims, 0, kMaxDims)}; }

abi::Dims64 dimsOf(const std::vector<std::int64_t>& sizes) {
    if (sizes.size() > kMaxDims) {
        throw Failure("SHAPE_CONTRADICTS_MODEL", "A shape of " + std::to_string(sizes.size()) + " dimensions is more than TensorRT's 8.",
                      "Reshape the model's input to 8 dimensions or fewer.");
    }
    abi::Dims64 dims{};
    dims.nbDims = static_cast<std::int32_t>(sizes.size());
    std::copy(sizes.begin(), sizes.end(), dims.d);
    return dims;
}

std::string shapeText(const std::vector<std::int64_t>& sizes) {
    return joined(sizes, [](std::int64_t size) { return std::to_string(size); });
}

std::string shapeText(const std::vector<Dim>& shape) {
    return joined(shape, [](const Dim& dim) {
        return std::holds_alternative<std::string>(dim) ? std::get<std::string>(dim) : std::to_string(std::get<std::int64_t>(dim));
    });
}

}  // namespace enginesmith::trt
