#include "cuda/state.h"

#include "loader/library.h"

namespace enginesmith::cuda {
namespace {

#ifdef _WIN32
constexpr const char* kManagement = "nvml.dll";
#else
constexpr const char* kManagement = "libnvidia-ml.so.1";
#endif

// nvmlClockType_t and nvmlTemperatureSensors_t of nvml.h, which is not needed to compile.
constexpr int kSmClock = 1;
constexpr int kMemoryClock = 2;
constexpr int kGpuSensor = 0;

GpuState read(const loader::SharedLibrary& library, const std::string& busId) {
    GpuState state;
    const auto find = library.function<int (*)(const char*, void**)>("nvmlDeviceGetHandleByPciBusId_v2");
    void* device = nullptr;
    if (find == nullptr || find(busId.c_str(), &device) != 0) return state;
    unsigned value = 0;
    const auto clock = library.function<int (*)(void*, int, unsigned*)>("nvmlDeviceGetClockInfo");
    if (clock != nullptr && clock(device, kSmClock, &value) == 0) state.smClock = value;
    if (clock != nullptr && clock(device, kMemoryClock, &value) == 0) state.memoryClock = value;
    const auto temperature = library.function<int (*)(void*, int, unsigned*)>("nvmlDeviceGetTemperature");
    if (temperature != nullptr && temperature(device, kGpuSensor, &value) == 0) state.temperature = value;
    const auto power = library.function<int (*)(void*, unsigned*)>("nvmlDeviceGetPowerUsage");
    if (power != nullptr && power(device, &value) == 0) state.power = value / 1000.0;
    return state;
}

}  // namespace

GpuState gpuState(const std::string& busId) noexcept {
    try {
        std::string reason;
        const auto library = loader::SharedLibrary::open(kManagement, reason);
        if (!library) return {};
        const auto start = library->function<int (*)()>("nvmlInit_v2");
        const auto stop = library->function<int (*)()>("nvmlShutdown");
        if (start == nullptr || stop == nullptr || start() != 0) return {};
        const GpuState state = read(*library, busId);
        stop();
        return state;
    } catch (...) {
        return {};  // the state is a note beside the numbers, never a reason to lose them
    }
}

}  // namespace enginesmith::cuda
