#pragma once
#include <memory>
#include <vector>

#include "trt/io_tensor.h"
#include "trt/loaded_engine.h"

namespace enginesmith::trt {

/// An execution context with its own tensors and its own errors: two of them on one engine run beside each other. A GPU must be current
/// on the thread that uses it. Members throw Failure.
class Running {
public:
    explicit Running(LoadedEngine& loaded);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    const std::vector<std::unique_ptr<IoTensor>>& tensors() const noexcept { return tensors_; }
    const abi::ExecutionContext& context() const noexcept { return *context_; }

    /// Nothing where it is the present one.
    void setProfile(std::int32_t profile, const cuda::Stream& stream);
    /// After every input has its shape: gives the outputs their memory.
    void prepareOutputs();
    void copyIn(void* stream) const;
    void copyOut(void* stream) const;
    void enqueue(void* stream);
    /// Throws where the library reported an error since the last clearErrors.
    void throwIfFailed() const;
    void clearErrors() noexcept { recorder_.clear(); }
    /// The library's first words, or `otherwise`.
    std::string words(const std::string& otherwise) const { return recorder_.first(otherwise); }
    Failure failure(const std::string& otherwise) const;

private:
    ErrorRecorder recorder_;
    abi::Owned<abi::ExecutionContext> context_;
    std::vector<std::unique_ptr<IoTensor>> tensors_;
    std::int32_t profile_ = 0;
};

}  // namespace enginesmith::trt
