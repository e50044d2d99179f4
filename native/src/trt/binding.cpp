#include "trt/binding.h"

#include <algorithm>
#include <cstring>

namespace enginesmith::trt {
namespace {

template <class Set>
struct AllocatorAdapter final : Set::IOutputAllocator {
    using Interface = typename Set::IOutputAllocator;
    explicit AllocatorAdapter(Binding& target) : binding(target) {}
    /// Overrides the older form where the interface still has it.
    void* reallocateOutput(const char*, void*, std::uint64_t bytes, std::uint64_t) noexcept { return binding.reallocate(bytes); }
    void* reallocateOutputAsync(const char*, void*, std::uint64_t bytes, std::uint64_t, void*) noexcept override {
        return binding.reallocate(bytes);
    }
    void notifyShape(const char*, const abi::Dims64* dims) noexcept override { binding.notifyShape(dims); }
    Binding& binding;
};

bool isKnown(const std::vector<std::int64_t>& shape) {
    return std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size >= 0; });
}

}  // namespace

Binding::Binding(const Engine& engine, const abi::ExecutionContext& context, cuda::DriverPtr driver, const char* name)
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
    if (engine_.getTensorFormat(name) != abi::TensorFormat::kLINEAR) {
        throw Failure("ENGINE_NOT_RUN", "Tensor " + name_ + " of the engine is not laid out row by row.",
                      "Build the engine with linear input and output formats.", {{"tensor", name_}});
    }
    if (!isInput_) allocator_ = Client::make<AllocatorAdapter>(engine_.table().interfaces(), *this);
}

std::size_t Binding::bytesOf(const std::vector<std::int64_t>& shape) const {
    std::size_t bytes = dtypeBytes(dtype_);
    for (const std::int64_t size : shape) bytes *= static_cast<std::size_t>(size);
    return bytes;
}

void* Binding::address(std::size_t bytes) {
    if (onHost_) {
        host_.resize(std::max<std::size_t>(bytes, 1));
        return host_.data();
    }
    device_.reserve(bytes);
    return device_.address();
}

void Binding::setInput(const TensorView& tensor, void* stream) {
    if (tensor.dtype != dtype_) {
        throw Failure("INPUTS_INVALID", "Input " + name_ + " of the engine is " + dtype_ + "; the tensor given is " + tensor.dtype + ".",
                      "Give the input in the engine's own type.", {{"input", name_}});
    }
    if (tensor.bytes != bytesOf(tensor.shape)) {
        throw Failure("INPUTS_INVALID",
                      "Input " + name_ + " has " + std::to_string(tensor.bytes) + " bytes; its shape " + shapeText(tensor.shape) +
                          " needs " + std::to_string(bytesOf(tensor.shape)) + ".",
                      "Make the tensor file again.", {{"input", name_}});
    }
    const abi::Dims64 dims = dimsOf(tensor.shape);
    if (!context_.setInputShape(name_.c_str(), &dims)) {
        throw Failure("SHAPE_CONTRADICTS_MODEL", "The engine does not take shape " + shapeText(tensor.shape) + " for input " + name_ + ".",
                      "Keep within the shapes that the engine was built for, or build it with a wider profile.", {{"input", name_}});
    }
    void* const memory = address(tensor.bytes);
    if (onHost_) {
        std::memcpy(memory, tensor.data, tensor.bytes);
    } else if (tensor.bytes > 0) {
        driver_->copyToDevice(device_.pointer(), tensor.data, tensor.bytes, stream);
    }
    context_.setTensorAddress(name_.c_str(), memory);
}

void Binding::prepareOutput() {
    shape_ = sizesOf(context_.getTensorShape(name_.c_str()));
    allocated_ = !isKnown(shape_) && !onHost_;
    if (allocated_) {
        context_.setOutputAllocator(name_.c_str(), allocator_.raw());
        return;
    }
    const std::size_t bytes = isKnown(shape_) ? bytesOf(shape_) : static_cast<std::size_t>(context_.getMaxOutputSize(name_.c_str()));
    context_.setTensorAddress(name_.c_str(), address(bytes));
}

OutputTensor Binding::fetch(void* stream) {
    if (!isKnown(shape_)) shape_ = sizesOf(context_.getTensorShape(name_.c_str()));
    if (!isKnown(shape_))
        throw Failure("ENGINE_NOT_RUN", "The engine did not tell the size of output " + name_ + ".",
                      "Look at the log for the library's own words.", {{"output", name_}});
    OutputTensor tensor{name_, dtype_, shape_, std::vector<char>(bytesOf(shape_))};
    if (tensor.data.empty()) return tensor;
    if (onHost_) {
        std::memcpy(tensor.data.data(), host_.data(), std::min(host_.size(), tensor.data.size()));
    } else {
        driver_->copyToHost(tensor.data.data(), device_.pointer(), tensor.data.size(), stream);
    }
    return tensor;
}

void* Binding::reallocate(std::uint64_t bytes) noexcept {
    try {
        device_.reserve(static_cast<std::size_t>(bytes));
        return device_.address();
    } catch (...) {
        return nullptr;  // the library reports that it got no memory
    }
}

void Binding::notifyShape(const abi::Dims64* dims) noexcept {
    try {
        if (dims != nullptr) shape_ = sizesOf(*dims);
    } catch (...) {
        // Out of memory: the shape stays unknown, and fetch says so.
    }
}

}  // namespace enginesmith::trt
