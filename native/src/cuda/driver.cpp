#include "cuda/driver.h"

#include <cstdio>
#include <fstream>
#include <mutex>

#include "base/failure.h"

namespace enginesmith::cuda {
namespace {

#ifdef _WIN32
constexpr const char* kDriverName = "nvcuda.dll";
constexpr const char* kManagementName = "nvml.dll";
#define ENGINESMITH_CUDA_CALL __stdcall
#else
constexpr const char* kDriverName = "libcuda.so.1";
constexpr const char* kManagementName = "libnvidia-ml.so.1";
#define ENGINESMITH_CUDA_CALL
#endif

// CUresult and CUdevice_attribute of cuda.h, which is not needed to compile.
constexpr int kOutOfMemory = 2;
constexpr int kTooOld = 35;
constexpr int kNoDevice = 100;
constexpr int kDriverMismatch = 803;
constexpr int kAttributeMajor = 75;
constexpr int kAttributeMinor = 76;

template <class... A>
using Entry = int(ENGINESMITH_CUDA_CALL*)(A...);

/// `580.65.06`, as people know a driver by; the driver API only tells the CUDA version it serves.
std::string driverVersion() {
    std::string reason;
    if (const auto management = loader::SharedLibrary::open(kManagementName, reason)) {
        const auto start = management->function<Entry<>>("nvmlInit_v2");
        const auto version = management->function<Entry<char*, unsigned>>("nvmlSystemGetDriverVersion");
        const auto stop = management->function<Entry<>>("nvmlShutdown");
        char text[96] = {};
        if (start != nullptr && version != nullptr && stop != nullptr && start() == 0) {
            const bool told = version(text, sizeof text - 1) == 0;
            stop();
            if (told) return text;
        }
    }
    std::ifstream file("/sys/module/nvidia/version");
    std::string line;
    std::getline(file, line);
    return line;
}

std::string explain(int result) {
    if (result == kNoDevice) return "the NVIDIA driver sees no GPU";
    if (result == kTooOld) return "the NVIDIA driver is too old for the CUDA that asks for it";
    if (result == kDriverMismatch) return "the NVIDIA driver's library and kernel module have different versions (restart the machine)";
    return "the NVIDIA driver could not start (CUDA error " + std::to_string(result) + ")";
}

}  // namespace

template <class... A>
void Driver::call(const char* name, A... arguments) const {
    const auto entry = library_->function<Entry<A...>>(name);
    if (entry == nullptr) {
        throw Failure("DRIVER_TOO_OLD", std::string("The NVIDIA driver has no ") + name + ".", "Install a newer NVIDIA driver.",
                      {{"symbol", name}});
    }
    check(entry(arguments...), name);
}

template <class... A>
void Driver::callQuietly(const char* name, A... arguments) const noexcept {
    if (const auto entry = library_->function<Entry<A...>>(name)) entry(arguments...);
}

void Driver::check(int result, const char* name) const {
    if (result == 0) return;
    const char* text = nullptr;
    if (const auto describe = library_->function<Entry<int, const char**>>("cuGetErrorString")) describe(result, &text);
    const std::string words = text != nullptr ? text : "CUDA error " + std::to_string(result);
    if (result == kOutOfMemory) {
        throw Failure("OUT_OF_GPU_MEMORY", "The GPU has not enough free memory: " + words + ".",
                      "Close what else uses the GPU, or use smaller shapes.", {{"call", name}});
    }
    throw Failure("ENGINE_NOT_RUN", std::string("The GPU refused ") + name + ": " + words + ".",
                  "Run it again; if it repeats, restart the driver.", {{"call", name}, {"result", result}});
}

std::shared_ptr<Driver> Driver::open(std::string& reason) {
    const char* code = nullptr;
    return open(reason, code);
}

std::shared_ptr<Driver> Driver::open(std::string& reason, const char*& code) {
    static std::mutex mutex;
    static std::shared_ptr<Driver> driver;
    const std::lock_guard<std::mutex> lock(mutex);
    if (driver) return driver;
    std::string why;
    auto library = loader::SharedLibrary::open(kDriverName, why);
    if (!library) {
        // Its absence is the ordinary case, and the loader's own words for it say less than these.
        const bool absent = why.find("No such file") != std::string::npos || why.find("126") != std::string::npos;
        code = absent && driverVersion().empty() ? "DRIVER_MISSING" : "GPU_MISSING";
        reason = absent ? std::string("there is no NVIDIA driver (") + kDriverName + " was not found)"
                        : "the NVIDIA driver could not be loaded: " + why;
        return nullptr;
    }
    const auto start = library->function<Entry<unsigned>>("cuInit");
    const int result = start != nullptr ? start(0) : -1;
    if (result != 0) {
        code = result == kTooOld || result == kDriverMismatch ? "DRIVER_TOO_OLD" : "GPU_MISSING";
        reason = explain(result);
        return nullptr;
    }
    driver.reset(new Driver(std::move(library)));
    return driver;
}

Survey Driver::survey() {
    Survey survey{driverVersion(), {}, ""};
    const auto driver = open(survey.reason, survey.code);
    if (!driver) return survey;
    const int count = driver->deviceCount();
    for (int i = 0; i < count; ++i) survey.devices.push_back(driver->device(i));
    if (count == 0) survey.reason = explain(kNoDevice);
    if (survey.driverVersion.empty()) {
        int version = 0;
        driver->call<int*>("cuDriverGetVersion", &version);
        survey.driverVersion = "CUDA " + std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
    }
    return survey;
}

int Driver::deviceCount() const {
    int count = 0;
    call<int*>("cuDeviceGetCount", &count);
    return count;
}

Device Driver::device(int index) const {
    int handle = 0;
    call<int*, int>("cuDeviceGet", &handle, index);
    Device device{index, "", 0, 0, 0, ""};
    char name[256] = {};
    call<char*, int, int>("cuDeviceGetName", name, sizeof name - 1, handle);
    device.name = name;
    call<int*, int, int>("cuDeviceGetAttribute", &device.major, kAttributeMajor, handle);
    call<int*, int, int>("cuDeviceGetAttribute", &device.minor, kAttributeMinor, handle);
    std::size_t bytes = 0;
    call<std::size_t*, int>("cuDeviceTotalMem_v2", &bytes, handle);
    device.memoryBytes = bytes;
    device.uuid = uuid(handle);
    return device;
}

int Driver::currentDevice() const {
    int current = 0;
    call<int*>("cuCtxGetDevice", &current);
    const int count = deviceCount();
    for (int i = 0; i < count; ++i) {
        int handle = 0;
        call<int*, int>("cuDeviceGet", &handle, i);
        if (handle == current) return i;
    }
    return -1;
}

std::string Driver::uuid(int handle) const {
    // The second version tells the instances of one GPU (MIG) apart.
    for (const char* name : {"cuDeviceGetUuid_v2", "cuDeviceGetUuid"}) {
        const auto entry = library_->function<Entry<unsigned char*, int>>(name);
        unsigned char bytes[16] = {};
        if (entry == nullptr || entry(bytes, handle) != 0) continue;
        std::string text = "GPU";
        for (int i = 0; i < 16; ++i) {
            if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
            char digits[3];
            std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
            text += digits;
        }
        return text;
    }
    return "";
}

void Driver::retainPrimary(int device, void** context) const {
    int handle = 0;
    call<int*, int>("cuDeviceGet", &handle, device);
    call<void**, int>("cuDevicePrimaryCtxRetain", context, handle);
}

void Driver::releasePrimary(int device) const noexcept {
    int handle = 0;
    callQuietly<int*, int>("cuDeviceGet", &handle, device);
    callQuietly<int>("cuDevicePrimaryCtxRelease_v2", handle);
}

void Driver::pushContext(void* context) const { call<void*>("cuCtxPushCurrent_v2", context); }
void Driver::popContext() const noexcept {
    void* context = nullptr;
    callQuietly<void**>("cuCtxPopCurrent_v2", &context);
}

void* Driver::createStream() const {
    constexpr unsigned kNonBlocking = 1;
    void* stream = nullptr;
    call<void**, unsigned>("cuStreamCreate", &stream, kNonBlocking);
    return stream;
}
void Driver::destroyStream(void* stream) const noexcept { callQuietly<void*>("cuStreamDestroy_v2", stream); }
void Driver::synchronize(void* stream) const { call<void*>("cuStreamSynchronize", stream); }

void* Driver::createEvent() const {
    void* event = nullptr;
    call<void**, unsigned>("cuEventCreate", &event, 0);
    return event;
}
void Driver::destroyEvent(void* event) const noexcept { callQuietly<void*>("cuEventDestroy_v2", event); }
void Driver::record(void* event, void* stream) const { call<void*, void*>("cuEventRecord", event, stream); }
void Driver::waitFor(void* event) const { call<void*>("cuEventSynchronize", event); }
void Driver::streamWaits(void* stream, void* event) const { call<void*, void*, unsigned>("cuStreamWaitEvent", stream, event, 0); }
double Driver::elapsed(void* from, void* to) const {
    float milliseconds = 0;
    call<float*, void*, void*>("cuEventElapsedTime", &milliseconds, from, to);
    return milliseconds;
}

void Driver::beginCapture(void* stream) const {
    constexpr int kThreadLocal = 1;  // other threads may go on allocating
    call<void*, int>("cuStreamBeginCapture_v2", stream, kThreadLocal);
}
void* Driver::endCapture(void* stream) const {
    void* graph = nullptr;
    const auto end = library_->function<Entry<void*, void**>>("cuStreamEndCapture");
    if (end == nullptr || end(stream, &graph) != 0 || graph == nullptr) return nullptr;
    void* executable = nullptr;
    // CUDA 11.4 brought the form with flags; before it the second has five arguments.
    const auto instantiate = library_->function<Entry<void**, void*, unsigned long long>>("cuGraphInstantiateWithFlags");
    const auto older = library_->function<Entry<void**, void*, void**, char*, std::size_t>>("cuGraphInstantiate_v2");
    int result = -1;
    if (instantiate != nullptr) {
        result = instantiate(&executable, graph, 0);
    } else if (older != nullptr) {
        result = older(&executable, graph, nullptr, nullptr, 0);
    }
    callQuietly<void*>("cuGraphDestroy", graph);
    return result == 0 ? executable : nullptr;
}
void Driver::launch(void* executable, void* stream) const { call<void*, void*>("cuGraphLaunch", executable, stream); }
void Driver::destroyExecutable(void* executable) const noexcept { callQuietly<void*>("cuGraphExecDestroy", executable); }

void* Driver::allocateHost(std::size_t bytes) const {
    void* memory = nullptr;
    call<void**, std::size_t>("cuMemAllocHost_v2", &memory, bytes);
    return memory;
}
void Driver::releaseHost(void* memory) const noexcept { callQuietly<void*>("cuMemFreeHost", memory); }

std::string Driver::busId(int device) const {
    int handle = 0;
    char text[64] = {};
    call<int*, int>("cuDeviceGet", &handle, device);
    call<char*, int, int>("cuDeviceGetPCIBusId", text, sizeof text - 1, handle);
    return text;
}

DevicePointer Driver::allocate(std::size_t bytes) const {
    DevicePointer pointer = 0;
    call<DevicePointer*, std::size_t>("cuMemAlloc_v2", &pointer, bytes);
    return pointer;
}
void Driver::release(DevicePointer pointer) const noexcept { callQuietly<DevicePointer>("cuMemFree_v2", pointer); }

void Driver::copyToDevice(DevicePointer to, const void* from, std::size_t bytes, void* stream) const {
    call<DevicePointer, const void*, std::size_t, void*>("cuMemcpyHtoDAsync_v2", to, from, bytes, stream);
}
void Driver::copyToHost(void* to, DevicePointer from, std::size_t bytes, void* stream) const {
    call<void*, DevicePointer, std::size_t, void*>("cuMemcpyDtoHAsync_v2", to, from, bytes, stream);
}

}  // namespace enginesmith::cuda
