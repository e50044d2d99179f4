#include "trt/staged_tensor.h"

#include <algorithm>
#include <cstring>

namespace enginesmith::trt {
namespace {

template <class Set>
struct StagedAllocator final : Set::IOutputAllocator {
    using Interface = typename Set::IOutputAllocator;
    explicit StagedAllocator(StagedTensor& target) : tensor(target) {}
    /// Overrides the older form where the interface still has it.
    void* reallocateOutput(const char*, void*, std::uint64_t bytes, std::uint64_t) noexcept { return tensor.reallocate(bytes); }
    void* reallocateOutputAsync(const char*, void*, std::uint64_t bytes, std::uint64_t, void*) noexcept override {
        return tensor.reallocate(bytes);
    }
    void notifyShape(const char*, const abi::Dims64* dims) noexcept override { tensor.notifyShape(dims); }
    StagedTensor& tensor;
};

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

StagedTensor::StagedTensor(const Engine& engine, const abi::ExecutionContext& context, cuda::DriverPtr driver, const char* name)
    : engine_(engine.raw()),
      context_(context),
      driver_(driver),
      name_(name),
      dtype_(dtypeName(engine_.getTensorDataType(name))),
      isInput_(engine_.getTensorIOMode(name) == abi::TensorIOMode::kINPUT),
      onHost_(engine_.getTensorLocation(name) == abi::TensorLocation::kHOST),
      device_(std::move(driver)) {
    if (dtype_.empty())
        throw Failure("ENGINE_NOT_RUN", "Tensor " + name_ + " of the engine has an element type that cannot be filled here.",
                      "Build the engine with ordinary input and output types.", {{"tensor", name_}});
    if (!isInput_) allocator_ = Client::make<StagedAllocator>(engine_.table().interfaces(), *this);
}

StagedTensor::~StagedTensor() {
    if (host_ != nullptr) driver_->releaseHost(host_);
}

void StagedTensor::reserveHost(std::size_t bytes) {
    const std::size_t wanted = std::max<std::size_t>(bytes, 1);
    if (host_ != nullptr && wanted <= hostBytes_) return;
    if (host_ != nullptr) driver_->releaseHost(std::exchange(host_, nullptr));
    host_ = driver_->allocateHost(wanted);
    hostBytes_ = wanted;
}

void StagedTensor::reserve(std::size_t bytes) {
    bytes_ = bytes;
    reserveHost(bytes);
    if (!onHost_) device_.reserve(bytes);
}

void StagedTensor::fillInput(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& values) {
    const abi::Dims64 dims = dimsOf(shape);
    if (!context_.setInputShape(name_.c_str(), &dims)) {
        throw Failure("SHAPE_CONTRADICTS_MODEL", "The engine does not take shape " + shapeText(shape) + " for input " + name_ + ".",
                      "Keep within the shapes of one of the engine's profiles.", {{"input", name_}});
    }
    reserve(bytesOf(dtype_, shape));
    fill(dtype_, host_, bytes_);
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (dtype_ == "int64" && (i + 1) * 8 <= bytes_) static_cast<std::int64_t*>(host_)[i] = values[i];
        if (dtype_ == "int32" && (i + 1) * 4 <= bytes_) static_cast<std::int32_t*>(host_)[i] = static_cast<std::int32_t>(values[i]);
    }
    bind();
}

void StagedTensor::reserveOutput() {
    const std::vector<std::int64_t> shape = sizesOf(context_.getTensorShape(name_.c_str()));
    const bool known = std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size >= 0; });
    dataDependent_ = !known && !onHost_;
    if (!dataDependent_) reserve(known ? bytesOf(dtype_, shape) : static_cast<std::size_t>(context_.getMaxOutputSize(name_.c_str())));
    bind();
}

void StagedTensor::bind() const {
    if (dataDependent_) {
        context_.setOutputAllocator(name_.c_str(), allocator_.raw());
    } else {
        context_.setTensorAddress(name_.c_str(), onHost_ ? host_ : device_.address());
    }
}

void StagedTensor::copyIn(void* stream) const {
    if (!onHost_ && bytes_ > 0) driver_->copyToDevice(device_.pointer(), host_, bytes_, stream);
}

void StagedTensor::copyOut(void* stream) {
    if (onHost_ || bytes_ == 0) return;
    if (bytes_ > hostBytes_) reserveHost(bytes_);
    driver_->copyToHost(host_, device_.pointer(), bytes_, stream);
}

bool StagedTensor::isZero() const {
    const auto* const at = static_cast<const char*>(host_);
    return at != nullptr && bytes_ > 0 && std::all_of(at, at + bytes_, [](char byte) { return byte == 0; });
}

void* StagedTensor::reallocate(std::uint64_t bytes) noexcept {
    try {
        device_.reserve(static_cast<std::size_t>(bytes));
        return device_.address();
    } catch (...) {
        return nullptr;  // the library reports that it got no memory
    }
}

void StagedTensor::notifyShape(const abi::Dims64* dims) noexcept {
    try {
        if (dims != nullptr) bytes_ = bytesOf(dtype_, sizesOf(*dims));
    } catch (...) {
        // Out of memory: the copy keeps its former size.
    }
}

}  // namespace enginesmith::trt
