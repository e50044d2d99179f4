#pragma once
#include <string>
#include <vector>

#include "cuda/resources.h"
#include "trt/client.h"
#include "trt/engine.h"

namespace enginesmith::trt {

/// One input or output of a timed run: memory on the GPU and page-locked memory on the host for its copy. A shape tensor has only the
/// latter. An output whose size only the run tells grows through an allocator.
class StagedTensor {
public:
    StagedTensor(const Engine& engine, const abi::ExecutionContext& context, cuda::DriverPtr driver, const char* name);
    StagedTensor(const StagedTensor&) = delete;
    StagedTensor& operator=(const StagedTensor&) = delete;
    ~StagedTensor();

    const std::string& name() const noexcept { return name_; }
    bool isInput() const noexcept { return isInput_; }
    /// True where the size comes from the values: no CUDA graph can hold such a run.
    bool isDataDependent() const noexcept { return dataDependent_; }

    /// Sizes of the input, and values: a shape input has `values`, any other gets numbers of a fixed series.
    void fillInput(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& values);
    /// After every input has its shape.
    void reserveOutput();
    /// Tells the context where this tensor lies.
    void bind() const;
    void copyIn(void* stream) const;
    void copyOut(void* stream);
    /// After copyOut: whether every byte is zero; false for an empty tensor.
    bool isZero() const;

    // Called by the library through the output allocator.
    void* reallocate(std::uint64_t bytes) noexcept;
    void notifyShape(const abi::Dims64* dims) noexcept;

private:
    void reserve(std::size_t bytes);
    void reserveHost(std::size_t bytes);

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
    std::size_t bytes_ = 0;
    Client allocator_;
};

}  // namespace enginesmith::trt
