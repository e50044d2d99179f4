#pragma once
#include <string>
#include <vector>

#include "cuda/resources.h"
#include "trt/client.h"
#include "trt/engine.h"

namespace enginesmith::trt {

/// A tensor that the caller keeps alive while it is read; dense, row-major.
struct TensorView {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    const void* data;
    std::size_t bytes;
};

struct OutputTensor {
    std::string name;
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::vector<char> data;
};

/// One input or output of an execution context: its memory, on the GPU or (shape tensors) on the host.
class Binding {
public:
    Binding(const Engine& engine, const abi::ExecutionContext& context, cuda::DriverPtr driver, const char* name);
    Binding(const Binding&) = delete;
    Binding& operator=(const Binding&) = delete;

    const std::string& name() const noexcept { return name_; }
    bool isInput() const noexcept { return isInput_; }

    /// Checks dtype and shape, copies the values and tells the context. Throws INPUTS_INVALID or SHAPE_CONTRADICTS_MODEL.
    void setInput(const TensorView& tensor, void* stream);
    /// Gives the output its memory; where its size is known only after the run, an allocator.
    void prepareOutput();
    /// After the run: copies the output back; the caller synchronizes the stream before reading it.
    OutputTensor fetch(void* stream);

    // Called by the library through the output allocator.
    void* reallocate(std::uint64_t bytes) noexcept;
    void notifyShape(const abi::Dims64* dims) noexcept;

private:
    void* address(std::size_t bytes);
    std::size_t bytesOf(const std::vector<std::int64_t>& shape) const;

    const abi::CudaEngine engine_;
    const abi::ExecutionContext context_;
    cuda::DriverPtr driver_;
    std::string name_;
    std::string dtype_;
    bool isInput_;
    bool onHost_;
    cuda::DeviceBuffer device_;
    std::vector<char> host_;
    bool allocated_ = false;
    std::vector<std::int64_t> shape_;
    Client allocator_;
};

}  // namespace enginesmith::trt
