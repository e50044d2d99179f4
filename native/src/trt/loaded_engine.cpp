#include "trt/loaded_engine.h"

#include "base/file.h"

namespace enginesmith::trt {
namespace {

/// Why this library cannot open that file, from the header alone; empty where nothing speaks against it.
std::string headerObjection(const Library& library, const HeaderReading& reading) {
    if (!reading.header) return reading.reason;
    const bool rtx = reading.header->flavour == "tensorrt-rtx";
    if (rtx == library.isRtx()) return "";
    return std::string("the engine was built by ") + (rtx ? "TensorRT-RTX" : "TensorRT") + ", the library is " +
           (library.isRtx() ? "TensorRT-RTX" : "TensorRT");
}

}  // namespace

std::unique_ptr<LoadedEngine> LoadedEngine::open(const LibraryPtr& library, const std::string& path, std::optional<std::int32_t> device,
                                                 bool hostCode, Events& events, std::string& reason) {
    const HeaderReading reading = readHeader(path);
    reason = headerObjection(*library, reading);
    if (!reason.empty()) return nullptr;
    const cuda::Survey survey = cuda::Driver::survey();
    reason = survey.reason;
    if (survey.devices.empty()) return nullptr;
    const int index = device.value_or(0);
    if (index < 0 || static_cast<std::size_t>(index) >= survey.devices.size()) {
        reason = "there is no GPU " + std::to_string(index) + " on this machine";
        return nullptr;
    }
    std::unique_ptr<LoadedEngine> loaded(new LoadedEngine(cuda::Driver::open(reason), index));
    const cuda::CurrentContext current(loaded->context_);
    const std::vector<char> bytes = readFile(path);
    const auto offset = static_cast<std::size_t>(reading.header->planOffset);
    loaded->engine_ = Engine::open(library, bytes.data() + offset, bytes.size() - offset, hostCode, events, reason);
    return loaded->engine_ ? std::move(loaded) : nullptr;
}

void LoadedEngine::prepare(const RunOptions& options) {
    weightStreaming_ = settleWeightBudget(*engine_, options.weightBudget);
    if (options.runtimeCache) runtimeCache_ = std::make_unique<RuntimeCache>(*engine_, *options.runtimeCache);
}

abi::ExecutionContext LoadedEngine::createContext() const {
    if (runtimeCache_) return runtimeCache_->createContext();
    return engine_->raw().createExecutionContext(abi::ExecutionContextAllocationStrategy::kSTATIC);
}

LoadedEngine::~LoadedEngine() {
    try {
        const cuda::CurrentContext current(context_);
        runtimeCache_.reset();
        engine_.reset();
    } catch (const Failure&) {
        // The driver is gone; what it held went with it, and freeing would touch it again.
        static_cast<void>(runtimeCache_.release());
        new std::shared_ptr<Engine>(std::move(engine_));
    }
}

}  // namespace enginesmith::trt
