#include "trt/build.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/file.h"
#include "cuda/resources.h"
#include "trt/config.h"
#include "trt/gpu_lock.h"
#include "trt/logger.h"
#include "trt/plugins.h"
#include "trt/profile.h"
#include "trt/read_back.h"
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
            if (level == LogLevel::warning && (counts(text) || std::find(warnings_.begin(), warnings_.end(), text) == warnings_.end()))
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
    /// A skipped tactic is counted, so each line of one is kept; two layers may say the same words.
    static bool counts(const std::string& text) { return text.find("kipping tactic") != std::string::npos; }

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

    /// The GPU that the driver says is current, which the builder works on: its number and its name.
    ReadBack readBack(const BuildRequest& request) const {
        const cuda::DriverPtr& driver = context_->driver();
        const int current = driver->currentDevice();
        const std::optional<std::string> requested =
            request.device ? std::optional<std::string>(std::to_string(*request.device)) : std::nullopt;
        const std::optional<bool> same = request.device ? std::optional<bool>(*request.device == current) : std::nullopt;
        return {"device", requested, std::to_string(current) + " " + driver->device(current).name, same, "CUDA driver"};
    }

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

Failure cacheMiss(const std::string& said, const std::vector<std::string>& messages) {
    return {"TIMING_CACHE_MISS",
            "A tactic is not in the timing cache, and the build was asked to fail then: " + said,
            "Build once without the option, so that the cache is filled; then build again with it.",
            {{"errors", messages}}};
}

Failure buildFailure(Network& network, const BuildRequest& request) {
    const std::vector<std::string> messages = network.recorder().messages();
    const std::string first = network.recorder().first("the library gave no reason; see the log");
    const bool memory = first.find("utOfMemory") != std::string::npos || first.find("out of memory") != std::string::npos;
    // Without a timing no tactic is chosen: some versions only say that a node has no implementation.
    const auto missed = std::find_if(messages.begin(), messages.end(), [](const std::string& text) {
        return text.find("cache") != std::string::npos || text.find("CACHE") != std::string::npos ||
               (text.find("any implementation") != std::string::npos && text.find("insufficient workspace") == std::string::npos);
    });
    if (request.failOnCacheMiss && missed != messages.end()) return cacheMiss(*missed, messages);
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

}  // namespace

BuildReply buildEngine(const LibraryPtr& library, const BuildRequest& request, Events& outer, const CancelTokenPtr& token) {
    WarningKeeper events(outer);
    const LogScope logs(events);
    const auto began = std::chrono::steady_clock::now();
    fileSize(request.onnx);  // a missing file is said before a missing GPU
    const BuildDevice device(request, *token);
    refuseUnsupported(*library, request, device.device());
    token->throwIfCancelled();

    const Plugins plugins(*library, request.plugins, events);
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
    plugins.serializeWith(network, request.versionCompatible);
    reply.readBacks = configuration.readBacks();
    for (ReadBack& row : addProfiles(network, request.profiles)) reply.readBacks.push_back(std::move(row));
    if (device.device() != nullptr) reply.readBacks.push_back(device.readBack(request));
    std::unique_ptr<TimingCacheFile> cache;
    if (request.timingCache) cache = std::make_unique<TimingCacheFile>(network, *request.timingCache, request.timingCacheOwned, events);
    network.recorder().clear();

    const abi::Owned<abi::HostMemory> plan(network.builder().buildSerializedNetwork(network.definition(), network.config()));
    token->throwIfCancelled();
    if (!plan || plan->size() == 0) throw buildFailure(network, request);
    // Some versions go on after a miss in spite of the flag: a cache that grew has had one.
    if (request.failOnCacheMiss && cache && cache->grew()) throw cacheMiss("the builder timed some anew.", network.recorder().messages());
    writeAtomically(request.out, plan->data(), plan->size());
    if (cache) {
        reply.timingCache = cache->save();
        const TimingCacheUse& use = *reply.timingCache;
        const std::optional<std::string> asked = request.timingCacheOwned ? std::nullopt : request.timingCache;
        const std::optional<bool> same = asked ? std::optional<bool>(use.state != "refused") : std::nullopt;
        reply.readBacks.push_back({"timingCache", asked, use.state, same, "timing cache"});
    }
    reply.bytes = plan->size();
    reply.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    reply.phases = monitor.phases();

    const HeaderReading reading = readHeader(static_cast<const char*>(plan->data()), plan->size());
    if (!reading.header)
        throw Failure("ENGINE_HEADER_INVALID", "The library wrote an engine that does not read as one: " + reading.reason + ".",
                      "Look at the log; build it again.", {{"path", request.out}});
    reply.header = *reading.header;
    if (reply.header.targetMask) putRow(reply.readBacks, headerRow(targets, reply.header));
    if (device.device() == nullptr) {
        reply.notReadBack = cuda::Driver::survey().reason;
    } else {
        try {
            readEngine(library, request, *plan, events, reply);
        } catch (const Failure& failure) {
            // The engine is built and written; only its own account of itself is missing.
            reply.notReadBack = failure.message();
        }
    }
    reply.warnings = events.warnings();
    return reply;
}

}  // namespace enginesmith::trt
