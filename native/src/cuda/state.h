#pragma once
#include <optional>
#include <string>

namespace enginesmith::cuda {

/// What a GPU is doing, as NVML tells it; empty where it does not, or where there is no NVML.
struct GpuState {
    /// MHz.
    std::optional<double> smClock;
    std::optional<double> memoryClock;
    /// Degrees Celsius.
    std::optional<double> temperature;
    /// Watts.
    std::optional<double> power;
};

/// @param busId as the CUDA driver gives it: the two count devices differently
GpuState gpuState(const std::string& busId) noexcept;

}  // namespace enginesmith::cuda
