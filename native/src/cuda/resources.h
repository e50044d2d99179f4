#pragma once
#include <cstddef>
#include <memory>
#include <utility>

#include "cuda/driver.h"

namespace enginesmith::cuda {

using DriverPtr = std::shared_ptr<Driver>;

/// Keeps a device's primary context, the one that TensorRT works in.
class PrimaryContext {
public:
    PrimaryContext(DriverPtr driver, int device) : driver_(std::move(driver)), device_(device) {
        driver_->retainPrimary(device_, &context_);
    }
    PrimaryContext(const PrimaryContext&) = delete;
    PrimaryContext& operator=(const PrimaryContext&) = delete;
    ~PrimaryContext() { driver_->releasePrimary(device_); }

    const DriverPtr& driver() const noexcept { return driver_; }
    int device() const noexcept { return device_; }
    void* raw() const noexcept { return context_; }

private:
    DriverPtr driver_;
    int device_;
    void* context_ = nullptr;
};

/// Makes a context current on this thread for as long as it lives.
class CurrentContext {
public:
    explicit CurrentContext(const PrimaryContext& context) : driver_(context.driver()) { driver_->pushContext(context.raw()); }
    CurrentContext(const CurrentContext&) = delete;
    CurrentContext& operator=(const CurrentContext&) = delete;
    ~CurrentContext() { driver_->popContext(); }

private:
    DriverPtr driver_;
};

class Stream {
public:
    explicit Stream(DriverPtr driver) : driver_(std::move(driver)), stream_(driver_->createStream()) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { driver_->destroyStream(stream_); }
    void* raw() const noexcept { return stream_; }
    void synchronize() const { driver_->synchronize(stream_); }

private:
    DriverPtr driver_;
    void* stream_;
};

/// Device memory that grows and is reused; one byte at least, so that an empty tensor has an address too.
class DeviceBuffer {
public:
    explicit DeviceBuffer(DriverPtr driver) : driver_(std::move(driver)) {}
    DeviceBuffer(DeviceBuffer&& other) noexcept
        : driver_(other.driver_), pointer_(std::exchange(other.pointer_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
    DeviceBuffer& operator=(DeviceBuffer&&) = delete;
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;
    ~DeviceBuffer() {
        if (pointer_ != 0) driver_->release(pointer_);
    }

    void reserve(std::size_t bytes) {
        if (pointer_ != 0 && bytes <= capacity_) return;
        if (pointer_ != 0) driver_->release(std::exchange(pointer_, 0));
        capacity_ = 0;
        const std::size_t wanted = bytes == 0 ? 1 : bytes;
        pointer_ = driver_->allocate(wanted);
        capacity_ = wanted;
    }
    DevicePointer pointer() const noexcept { return pointer_; }
    void* address() const noexcept { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(pointer_)); }

private:
    DriverPtr driver_;
    DevicePointer pointer_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace enginesmith::cuda
