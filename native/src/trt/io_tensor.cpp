#include "trt/io_tensor.h"

#include <algorithm>
#include <cstring>

namespace enginesmith::trt {
namespace {

template <class Set>
struct OutputAllocator final : Set::IOutputAllocator {
    using Interface = typename Set::IOutputAllocator;
    explicit OutputAllocator(IoTensor& target) : tensor(target) {}
    /// Overrides the older form where the interface still has it.
    void* reallocateOutput(const char*, void*, std::uint64_t bytes, std::uint64_t) noexcept { return tensor.reallocate(bytes); }
    void* reallocateOutputAsync(const char*, void*, std::uint64_t bytes, std::uint64_t, void*) noexcept override {
        return tensor.reallocate(bytes);
    }
    void notifyShape(const char*, const abi::Dims64* dims) noexcept override { tensor.notifyShape(dims); }
    IoTensor& tensor;
};

bool isKnown(const std::vector<std::int64_t>& shape) {
    return std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size >= 0; });
}

std::size_t bytesOf(const std::string& dtype, const std::vector<std::int64_t>& shape) {
    std::size_t bytes = dtypeBytes(dtype);
    for (const std::int64_t size : shape) bytes *= static_cast<std::size_t>(size);
    return bytes;
}

/// Numbers in [0.5, 1): the exponent fixed, the mantissa of a fixed series, so that no type gets a NaN or a denormal. Whole numbers stay
/// zero: they may be indices.
void fill(const std::string& dtype, void* memory, std::size_t bytes) {
    std::memset(memory, 0, bytes);
    std::uint32_t state = 1;
    const auto next = [&state] { return state = state * 1664525u + 1013904223u; };
    if (dtype == "float32") {
        for (auto* at = static_cast<std::uint32_t*>(memory); bytes >= 4; bytes -= 4) *at++ = 0x3f000000u | (next() >> 9);
    } else if (dtype == "float16" || dtype == "bfloat16") {
        const bool half = dtype == "float16";
        for (auto* at = static_cast<std::uint16_t*>(memory); bytes >= 2; bytes -= 2)
            *at++ = static_cast<std::uint16_t>(half ? 0x3800u | (next() >> 22) : 0x3f00u | (next() >> 25));
    } else if (dtype.rfind("float8", 0) == 0) {
        for (auto* at = static_cast<std::uint8_t*>(memory); bytes > 0; --bytes)
            *at++ = static_cast<std::uint8_t>(dtype == "float8_e4m3fn" ? 0x30u | (next() >> 29) : 0x38u | (next() >> 30));
    }
}

}  // namespace

IoTensor::IoTensor(const Engine& engine, const abi::ExecutionContext& context, cuda::DriverPtr driver, const char* name)
    : engine_(engine.raw()),
      context_(context),
      driver_(driver),
      name_(name),
      dtype_(dtypeName(engine_.getTensorDataType(name))),
      isInput_(engine_.getTensorIOMode(name) == abi::TensorIOMode::kINPUT),
      onHost_(engine_.getTensorLocation(name) == abi::TensorLocation::kHOST),
      device_(std::move(driver)) {
    if (dtype_.empty())
        throw Failure("ENGINE_NOT_RUN", "Tensor " + name_ + " of the engine has an element type that no tensor file can hold.",
                      "Build the engine with ordinary input and output types.", {{"tensor", name_}});
    if (engine_.getTensorFormat(name) != abi::TensorFormat::kLINEAR)
        throw Failure("ENGINE_NOT_RUN", "Tensor " + name_ + " of the engine is not laid out row by row.",
                      "Build the engine with linear input and output formats.", {{"tensor", name_}});
    if (!isInput_) allocator_ = Client::make<OutputAllocator>(engine_.table().interfaces(), *this);
}

IoTensor::~IoTensor() {
    if (host_ != nullptr) driver_->releaseHost(host_);
}

void IoTensor::reserveHost(std::size_t bytes) {
    const std::size_t wanted = std::max<std::size_t>(bytes, 1);
    if (host_ != nullptr && wanted <= hostBytes_) return;
    if (host_ != nullptr) driver_->releaseHost(std::exchange(host_, nullptr));
    host_ = driver_->allocateHost(wanted);
    hostBytes_ = wanted;
}

void IoTensor::reserve(std::size_t bytes) {
    reserveHost(bytes);
    if (!onHost_) device_.reserve(bytes);
}

void IoTensor::bind() const { context_.setTensorAddress(name_.c_str(), onHost_ ? host_ : device_.address()); }

void IoTensor::setShape(const std::vector<std::int64_t>& shape) {
    const abi::Dims64 dims = dimsOf(shape);
    if (!context_.setInputShape(name_.c_str(), &dims)) {
        throw Failure("SHAPE_CONTRADICTS_MODEL", "The engine does not take shape " + shapeText(shape) + " for input " + name_ + ".",
                      "Keep within the shapes that the engine was built for, or build it with a wider profile.", {{"input", name_}});
    }
    shape_ = shape;
    reserve(bytesOf(dtype_, shape));
}

void IoTensor::setInput(const TensorView& tensor) {
    if (tensor.dtype != dtype_) {
        throw Failure("INPUTS_INVALID", "Input " + name_ + " of the engine is " + dtype_ + "; the tensor given is " + tensor.dtype + ".",
                      "Give the input in the engine's own type.", {{"input", name_}});
    }
    const std::size_t needed = bytesOf(dtype_, tensor.shape);
    if (tensor.bytes != needed) {
        throw Failure("INPUTS_INVALID",
                      "Input " + name_ + " has " + std::to_string(tensor.bytes) + " bytes; its shape " + shapeText(tensor.shape) +
                          " needs " + std::to_string(needed) + ".",
                      "Make the tensor file again.", {{"input", name_}});
    }
    setShape(tensor.shape);
    if (needed > 0) std::memcpy(host_, tensor.data, needed);
    bind();
}

void IoTensor::fillInput(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& values) {
    setShape(shape);
    const std::size_t bytes = bytesOf(dtype_, shape);
    fill(dtype_, host_, bytes);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (dtype_ == "int64" && (i + 1) * 8 <= bytes) static_cast<std::int64_t*>(host_)[i] = values[i];
        if (dtype_ == "int32" && (i + 1) * 4 <= bytes) static_cast<std::int32_t*>(host_)[i] = static_cast<std::int32_t>(values[i]);
    }
    bind();
}

void IoTensor::prepareOutput() {
    shape_ = sizesOf(context_.getTensorShape(name_.c_str()));
    const bool known = isKnown(shape_);
    dataDependent_ = !known && !onHost_;
    if (dataDependent_) {
        context_.setOutputAllocator(name_.c_str(), allocator_.raw());
        return;
    }
    reserve(known ? bytesOf(dtype_, shape_) : static_cast<std::size_t>(context_.getMaxOutputSize(name_.c_str())));
    bind();
}

void IoTensor::copyIn(void* stream) const {
    const std::size_t bytes = bytesOf(dtype_, shape_);
    if (!onHost_ && bytes > 0) driver_->copyToDevice(device_.pointer(), host_, bytes, stream);
}

void IoTensor::copyOut(void* stream) {
    if (!isKnown(shape_)) shape_ = sizesOf(context_.getTensorShape(name_.c_str()));
    if (!isKnown(shape_))
        throw Failure("ENGINE_NOT_RUN", "The engine did not tell the size of output " + name_ + ".",
                      "Look at the log for the library's own words.", {{"output", name_}});
    const std::size_t bytes = bytesOf(dtype_, shape_);
    if (onHost_ || bytes == 0) return;
    reserveHost(bytes);
    driver_->copyToHost(host_, device_.pointer(), bytes, stream);
}

OutputTensor IoTensor::take() const {
    OutputTensor tensor{name_, dtype_, shape_, std::vector<char>(bytesOf(dtype_, shape_))};
    if (!tensor.data.empty()) std::memcpy(tensor.data.data(), host_, std::min(hostBytes_, tensor.data.size()));
    return tensor;
}

bool IoTensor::isZero() const {
    const std::size_t bytes = isKnown(shape_) ? std::min(hostBytes_, bytesOf(dtype_, shape_)) : 0;
    if (host_ == nullptr || bytes == 0) return false;
    // Little-endian: the sign of a floating-point value is the top bit of its last byte.
    const std::size_t width = dtype_.find("float") != std::string::npos ? dtypeBytes(dtype_) : 0;
    const auto* const at = static_cast<const unsigned char*>(host_);
    for (std::size_t i = 0; i < bytes; ++i) {
        const bool holdsSign = width > 0 && i % width == width - 1;
        if ((holdsSign ? at[i] & 0x7f : at[i]) != 0) return false;
    }
    return true;
}

void* IoTensor::reallocate(std::uint64_t bytes) noexcept {
    try {
        device_.reserve(static_cast<std::size_t>(bytes));
        return device_.address();
    } catch (...) {
        return nullptr;  // the library reports that it got no memory
    }
}

void IoTensor::notifyShape(const abi::Dims64* dims) noexcept {
    try {
        if (dims != nullptr) shape_ = sizesOf(*dims);
    } catch (...) {
        // Out of memory: the shape stays as it was, and copyOut asks the context.
    }
}

}  // namespace enginesmith::trt
