#include "trt/build.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/file.h"
#include "cuda/resources.h"
#include "trt/config.h"
#include "trt/engine.h"
#include "trt/gpu_lock.h"
#include "trt/logger.h"
#include "trt/profile.h"
#include "trt/timing_cache.h"

namespace enginesmith::trt {
namespace {

/// Log lines pass through; warnings are kept for the reply.
class WarningKeeper final : public Events {
public:
    explicit WarningKeeper(Events& next) : next_(next) {}
    void phase(const PhaseEvent& event) noexcept override { next_.phase(event); }
    void log(LogLevel level, const char* source, const std::string& text) noexcept override {
        try {
            const std::lock_guard<std::mutex> lock(mutex_);
            if (level == LogLevel::warning && std::find(warnings_.begin(), warnings_.end(), text) == warnings_.end())
                warnings_.push_back(text);
        } catch (...) {
            // Out of memory: the line still goes to the log.
        }
        next_.log(level, source, text);
    }
    std::vector<std::string> warnings() const {
        const std::lock_guard<std::mutex> lock(mutex_);
        return warnings_;
    }

private:
    Events& next_;
    mutable std::mutex mutex_;
    std::vector<std::string> warnings_;
};

/// The GPU to build on, current on this thread; none where there is none or the library needs none.
class BuildDevice {
public:
    BuildDevice(const BuildRequest& request, const CancelToken& token) {
        const cuda::Survey survey = cuda::Driver::survey();
        const int index = request.device.value_or(0);
        for (const cuda::Device& device : survey.devices) {
            if (device.index == index) device_ = device;
        }
        if (!device_) {
            if (request.device) {
                throw Failure("GPU_MISSING",
                              "There is no GPU " + std::to_string(index) + " on this machine" +
                                  (survey.reason.empty() ? "" : ": " + survey.reason) + ".",
                              "Leave the device out, or choose one that is there.", {{"device", index}});
            }
            return;
        }
        std::string reason;
        lock_ = std::make_unique<GpuLock>(index, token);
        context_ = std::make_unique<cuda::PrimaryContext>(cuda::Driver::open(reason), index);
        current_ = std::make_unique<cuda::CurrentContext>(*context_);
    }
    const cuda::Device* device() const { return device_ ? &*device_ : nullptr; }

private:
    std::optional<cuda::Device> device_;
    std::unique_ptr<GpuLock> lock_;
    std::unique_ptr<cuda::PrimaryContext> context_;
    std::unique_ptr<cuda::CurrentContext> current_;
};

/// Without a target the GPU that is here, where the library can build for it; else the library's own default.
std::vector<std::string> chosenTargets(const Library& library, const BuildRequest& request, const cuda::Device* gpu) {
    if (!request.targets.empty() || gpu == nullptr) return request.targets;
    const std::vector<std::string> known = buildableTargets(library);
    return std::find(known.begin(), known.end(), gpu->target()) != known.end() ? std::vector<std::string>{gpu->target()}
                                                                               : std::vector<std::string>{};
}

Failure buildFailure(Network& network) {
    const std::vector<std::string> messages = network.recorder().messages();
    const std::string first = network.recorder().first("the library gave no reason; see the log");
    const bool memory = first.find("utOfMemory") != std::string::npos || first.find("out of memory") != std::string::npos;
    if (memory)
        return {"OUT_OF_GPU_MEMORY",
                "The GPU ran out of memory during the build: " + first,
                "Use a smaller workspace or smaller maximum shapes; close what else uses the GPU.",
                {{"errors", messages}}};
    return {"BUILD_FAILED",
            "The library could not build the engine: " + first,
            "The log holds the library's own words; another target, precision or shape may be taken.",
            {{"errors", messages}}};
}

void checkNotEmpty(const Network& network, const std::string& onnx) {
    const bool outputs = network.definition().getNbOutputs() > 0;
    if (network.layers() > 0 && outputs) return;
    throw Failure("BUILD_EMPTY_NETWORK",
                  onnx + " parses to a network " + (outputs ? "without layers" : "without outputs") + ": there is nothing to build.",
                  "Check that this is the right ONNX file; export it again.",
                  {{"path", onnx}, {"layers", network.layers()}, {"outputs", network.definition().getNbOutputs()}});
}

ReadBack headerRow(const std::vector<std::string>& requested, const EngineHeader& header) {
    const auto text = [](std::vector<std::string> targets) {
        // By number: sm86 comes before sm120.
        std::sort(targets.begin(), targets.end(),
                  [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
        std::string all;
        for (const std::string& target : targets) all += (all.empty() ? "" : ",") + target;
        return all;
    };
    const std::string achieved = text(header.targets);
    if (requested.empty()) return {"targets", std::nullopt, achieved, std::nullopt, "engine header"};
    return {"targets", text(requested), achieved, text(requested) == achieved, "engine header"};
}

/// What the engine and its inspector say, where a GPU here can open it.
void readEngine(const LibraryPtr& library, const BuildRequest& request, const abi::HostMemory& plan, Events& events, BuildReply& reply) {
    std::string reason;
    const auto engine = Engine::open(library, plan.data(), plan.size(), events, reason);
    if (!engine) {
        events.log(LogLevel::info, "enginesmith", "The engine was not opened here: " + reason);
        return;
    }
    reply.inspector = engine->inspect();
    const char* from = "engine";
    const std::string refittable = engine->isRefittable() ? "on" : "off";
    reply.readBacks.push_back({"refit", request.refit ? "on" : "off", refittable, refittable == (request.refit ? "on" : "off"), from});
    const auto profiles = static_cast<std::int32_t>(std::max<std::size_t>(request.profiles.size(), 1));
    reply.readBacks.push_back(
        {"profiles", std::to_string(profiles), std::to_string(engine->profileCount()), profiles == engine->profileCount(), from});
    const EngineDescription description = engine->describe();
    const auto types = [&](const std::vector<TensorSpec>& asked, const std::vector<TensorSpec>& got, const char* kind) {
        for (const TensorSpec& spec : asked) {
            const auto found = std::find_if(got.begin(), got.end(), [&](const TensorSpec& other) { return other.name == spec.name; });
            const std::string achieved = found == got.end() ? "missing" : found->dtype;
            reply.readBacks.push_back({std::string(kind) + " " + spec.name, spec.dtype, achieved, spec.dtype == achieved, from});
        }
    };
    types(reply.inputs, description.inputs, "input");
    types(reply.outputs, description.outputs, "output");
}

}  // namespace

BuildReply buildEngine(const LibraryPtr& library, const BuildRequest& request, Events& outer, const CancelTokenPtr& token) {
    WarningKeeper events(outer);
    const LogScope logs(events);
    const auto began = std::chrono::steady_clock::now();
    fileSize(request.onnx);  // a missing file is said before a missing GPU
    const BuildDevice device(request, *token);
    refuseUnsupported(*library, request, device.device());
    token->throwIfCancelled();

    ProgressMonitor monitor(library->table().interfaces(), events, token);
    Network network(library, wantsStrongTyping(*library, request), events);
    if (!network.parse(request.onnx, *token)) throw parseFailure(request.onnx, network.errors());
    checkNotEmpty(network, request.onnx);
    token->throwIfCancelled();

    BuildReply reply;
    reply.inputs = network.inputs();
    reply.outputs = network.outputs();
    reply.networkLayers = network.layers();

    network.config().setProgressMonitor(monitor.raw());
    if (network.config().getProgressMonitor() != monitor.raw()) {
        throw Failure(
            "BACKEND_UNSUPPORTED_VERSION",
            "The library " + library->path() + " did not take a progress monitor: it does not behave like the version it says it is.",
            "Choose another library.", {{"version", library->version()}});
    }
    const std::vector<std::string> targets = chosenTargets(*library, request, device.device());
    Configuration configuration(network, request);
    configuration.apply(targets);
    reply.readBacks = configuration.readBacks();
    for (ReadBack& row : addProfiles(network, request.profiles)) reply.readBacks.push_back(std::move(row));
    std::unique_ptr<TimingCacheFile> cache;
    if (request.timingCache) cache = std::make_unique<TimingCacheFile>(network, *request.timingCache, events);
    network.recorder().clear();

    const abi::Owned<abi::HostMemory> plan(network.builder().buildSerializedNetwork(network.definition(), network.config()));
    token->throwIfCancelled();
    if (!plan || plan->size() == 0) throw buildFailure(network);
    writeAtomically(request.out, plan->data(), plan->size());
    if (cache) {
        const std::size_t written = cache->save();
        reply.readBacks.push_back({"timingCache", *request.timingCache, written > 0 ? std::to_string(written) + " bytes" : "not written",
                                   written > 0, "timing cache"});
    }
    reply.bytes = plan->size();
    reply.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    reply.phases = monitor.phases();

    const HeaderReading reading = readHeader(static_cast<const char*>(plan->data()), plan->size());
    if (!reading.header)
        throw Failure("ENGINE_HEADER_INVALID", "The library wrote an engine that does not read as one: " + reading.reason + ".",
                      "Look at the log; build it again.", {{"path", request.out}});
    reply.header = *reading.header;
    if (reply.header.targetMask) reply.readBacks.push_back(headerRow(targets, reply.header));
    if (device.device() != nullptr) {
        try {
            readEngine(library, request, *plan, events, reply);
        } catch (const Failure& failure) {
            // The engine is built and written; only its own account of itself is missing.
            events.log(LogLevel::warning, "enginesmith", "The engine could not be read back: " + failure.message());
        }
    }
    reply.warnings = events.warnings();
    return reply;
}

}  // namespace enginesmith::trt
