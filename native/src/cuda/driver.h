#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "loader/library.h"

namespace enginesmith::cuda {

/// A GPU as the driver sees it.
struct Device {
    int index;
    std::string name;
    int major;
    int minor;
    std::uint64_t memoryBytes;
    /// As nvidia-smi writes it, `GPU-…` or of a MIG instance; empty where the driver does not tell.
    std::string uuid;

    std::string computeCapability() const { return std::to_string(major) + "." + std::to_string(minor); }
    /// As users write it: `sm86`.
    std::string target() const { return "sm" + std::to_string(major) + std::to_string(minor); }
};

/// What a look at the driver gave: `reason` says in words why there is no GPU to use, or is empty.
struct Survey {
    std::string driverVersion;
    std::vector<Device> devices;
    std::string reason;
    /// Why in a code: DRIVER_MISSING without a driver, DRIVER_TOO_OLD where it does not go with what calls it, else GPU_MISSING.
    const char* code = "GPU_MISSING";
};

using DevicePointer = std::uint64_t;

/// The CUDA driver, opened by name: nothing of CUDA is linked. All members throw Failure on a driver error.
class Driver {
public:
    /// The process's driver, or null with the reason.
    static std::shared_ptr<Driver> open(std::string& reason);
    /// The same, also with the code of the reason.
    static std::shared_ptr<Driver> open(std::string& reason, const char*& code);
    static Survey survey();

    int deviceCount() const;
    Device device(int index) const;
    /// Index of the device whose context is current on this thread.
    int currentDevice() const;

    void retainPrimary(int device, void** context) const;
    void releasePrimary(int device) const noexcept;
    void pushContext(void* context) const;
    void popContext() const noexcept;

    void* createStream() const;
    void destroyStream(void* stream) const noexcept;
    void synchronize(void* stream) const;

    void* createEvent() const;
    void destroyEvent(void* event) const noexcept;
    void record(void* event, void* stream) const;
    void waitFor(void* event) const;
    void streamWaits(void* stream, void* event) const;
    /// Milliseconds between two events that have both happened.
    double elapsed(void* from, void* to) const;

    void beginCapture(void* stream) const;
    /// The graph, ready to be launched; null where the capture was spoilt.
    void* endCapture(void* stream) const;
    void launch(void* executable, void* stream) const;
    void destroyExecutable(void* executable) const noexcept;

    /// Page-locked memory of the host: copies from it run beside everything else.
    void* allocateHost(std::size_t bytes) const;
    void releaseHost(void* memory) const noexcept;

    /// `0000:65:00.0`: how NVML knows the device.
    std::string busId(int device) const;
    /// Of a handle; empty where the driver does not tell.
    std::string uuid(int handle) const;

    DevicePointer allocate(std::size_t bytes) const;
    void release(DevicePointer pointer) const noexcept;
    void copyToDevice(DevicePointer to, const void* from, std::size_t bytes, void* stream) const;
    void copyToHost(void* to, DevicePointer from, std::size_t bytes, void* stream) const;

private:
    explicit Driver(std::shared_ptr<loader::SharedLibrary> library) : library_(std::move(library)) {}
    /// Calls an entry point by name; throws where it is missing or fails.
    template <class... A>
    void call(const char* name, A... arguments) const;
    template <class... A>
    void callQuietly(const char* name, A... arguments) const noexcept;
    void check(int result, const char* name) const;

    std::shared_ptr<loader::SharedLibrary> library_;
};

}  // namespace enginesmith::cuda
