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

/// One input or output of an execution context: memory on the GPU, and page-locked memory on the host from which copies run beside
/// everything else. A shape tensor has only the latter. An output whose size only the run tells grows through an allocator.
class IoTensor {
public:
    IoTensor(const Engine& engine, const abi::ExecutionContext& context, cuda::DriverPtr driver, const char* name);
    IoTensor(const IoTensor&) = delete;
    IoTensor& operator=(const IoTensor&) = delete;
    ~IoTensor();

    const std::string& name() const noexcept { return name_; }
    bool isInput() const noexcept { return isInput_; }
    /// True where the size comes from the values: no CUDA graph can hold such a run.
    bool isDataDependent() const noexcept { return dataDependent_; }

    /// Checks dtype and shape, tells the context, keeps the values for copyIn. Throws INPUTS_INVALID or SHAPE_CONTRADICTS_MODEL.
    void setInput(const TensorView& tensor);
    /// The same with numbers of a fixed series; a shape input has `values` instead.
    void fillInput(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& values);
    /// After every input has its shape: gives the output its memory.
    void prepareOutput();
    void copyIn(void* stream) const;
    /// After the run was enqueued, which settles the shape.
    void copyOut(void* stream);
    /// After copyOut has happened.
    OutputTensor take() const;
    /// After copyOut has happened: whether every value is zero, of either sign; false for an empty tensor.
    bool isZero() const;

    // Called by the library through the output allocator.
    void* reallocate(std::uint64_t bytes) noexcept;
    void notifyShape(const abi::Dims64* dims) noexcept;

private:
    void setShape(const std::vector<std::int64_t>& shape);
    void reserve(std::size_t bytes);
    void reserveHost(std::size_t bytes);
    void bind() const;

    const abi::CudaEngine engine_;
    const abi::ExecutionContext context_;
    cuda::DriverPtr driver_;
    std::string name_;
    std::string dtype_;
    bool isInput_;
    bool onHost_;
    bool dataDependent_ = false;
    cuda::DeviceBuffer device_;
    void* host_ = nullptr;
    std::size_t hostBytes_ = 0;
    std::vector<std::int64_t> shape_;
    Client allocator_;
};

}  // namespace enginesmith::trt
