#include "trt/timer.h"

#include <algorithm>
#include <chrono>

#include "trt/gpu_lock.h"
#include "trt/layer_times.h"
#include "trt/running.h"

namespace enginesmith::trt {
namespace {

using Clock = std::chrono::steady_clock;
double since(Clock::time_point from) { return std::chrono::duration<double, std::milli>(Clock::now() - from).count(); }

class Event {
public:
    explicit Event(cuda::DriverPtr driver) : driver_(std::move(driver)), event_(driver_->createEvent()) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() { driver_->destroyEvent(event_); }
    void* raw() const noexcept { return event_; }

private:
    cuda::DriverPtr driver_;
    void* event_;
};

/// Context, events and graph of one run under way. A context of its own, since addresses that change from run to run make the library
/// prepare every run anew.
struct Slot {
    Slot(LoadedEngine& loaded, const cuda::DriverPtr& with)
        : driver(with), running(loaded), h2dFrom(with), h2dTo(with), gpuFrom(with), gpuTo(with), d2hFrom(with), d2hTo(with) {}
    ~Slot() {
        if (graph != nullptr) driver->destroyExecutable(graph);
    }
    cuda::DriverPtr driver;
    Running running;
    Event h2dFrom, h2dTo, gpuFrom, gpuTo, d2hFrom, d2hTo;
    void* graph = nullptr;
    bool flying = false;
    Clock::time_point began;
    double enqueue = 0;
};

class Timer {
public:
    Timer(LoadedEngine& loaded, const TimeRequest& request, const CancelToken& token)
        : loaded_(loaded),
          request_(request),
          token_(token),
          driver_(loaded.context().driver()),
          in_(driver_),
          compute_(driver_),
          out_(driver_) {
        slots_.push_back(std::make_unique<Slot>(loaded_, driver_));
        if (request_.overlap) {
            try {
                slots_.push_back(std::make_unique<Slot>(loaded_, driver_));
            } catch (const Failure&) {
                reply_.plainReason = "the GPU has no memory for a second run beside the first";
            }
        }
    }

    TimeReply run() {
        reply_.description = loaded_.engine().describe();
        if (request_.profile < 0 || static_cast<std::size_t>(request_.profile) >= reply_.description.profiles.size())
            throw Failure("PROFILE_INVALID", "The engine has no profile " + std::to_string(request_.profile) + ".",
                          "Choose one of its " + std::to_string(reply_.description.profiles.size()) + " profiles, counted from 0.");
        for (const auto& slot : slots_) slot->running.setProfile(request_.profile, compute_);
        prepare();
        const std::string busId = driver_->busId(loaded_.context().device());
        if (request_.cudaGraph) capture();
        const auto warm = Clock::now();
        for (std::size_t i = 0; since(warm) < request_.warmUpMs || i < slots_.size(); ++i) once(i, false);
        drain(false);
        reply_.before = cuda::gpuState(busId);
        if (request_.iterations > 0 || request_.durationMs > 0) measure();
        reply_.after = cuda::gpuState(busId);
        for (const auto& tensor : slots_[0]->running.tensors()) {
            if (tensor->isInput()) continue;
            ++reply_.outputs;
            if (tensor->isZero()) reply_.zeroOutputs.push_back(tensor->name());
        }
        if (request_.profiledRuns > 0) profileLayers();
        return std::move(reply_);
    }

private:
    void prepare() {
        const abi::CudaEngine& engine = loaded_.engine().raw();
        const Profile& profile = reply_.description.profiles[static_cast<std::size_t>(request_.profile)];
        for (const auto& slot : slots_) {
            for (const auto& tensor : slot->running.tensors()) {
                if (!tensor->isInput()) continue;
                const std::string& name = tensor->name();
                const auto range = std::find_if(profile.begin(), profile.end(), [&](const auto& input) { return input.name == name; });
                std::vector<std::int64_t> sizes = range != profile.end() ? range->opt : sizesOf(engine.getTensorShape(name.c_str()));
                const auto given = request_.shapes.find(name);
                if (given != request_.shapes.end()) sizes = given->second;
                const bool byValue = engine.isShapeInferenceIO(name.c_str());
                tensor->fillInput(byValue ? sizesOf(engine.getTensorShape(name.c_str())) : sizes,
                                  byValue ? sizes : std::vector<std::int64_t>());
                reply_.shapes[name] = sizes;
            }
            slot->running.prepareOutputs();
        }
    }

    void enqueue(Slot& slot) {
        if (slot.graph != nullptr) {
            driver_->launch(slot.graph, compute_.raw());
            return;
        }
        slot.running.enqueue(compute_.raw());
    }

    /// One run before the capture settles what the library does only the first time.
    void capture() {
        for (const auto& slot : slots_) {
            for (const auto& tensor : slot->running.tensors()) {
                if (!tensor->isDataDependent()) continue;
                reply_.graphRefusal = "the size of output " + tensor->name() + " depends on the values";
                return;
            }
        }
        for (const auto& slot : slots_) {
            slot->running.enqueue(compute_.raw());
            compute_.synchronize();
            driver_->beginCapture(compute_.raw());
            const bool started = slot->running.context().enqueueV3(compute_.raw());
            slot->graph = driver_->endCapture(compute_.raw());
            if (started && slot->graph != nullptr) continue;
            reply_.graphRefusal = slot->running.words("the run could not be captured");
            slot->running.clearErrors();
            for (const auto& spoilt : slots_) {
                if (spoilt->graph != nullptr) driver_->destroyExecutable(std::exchange(spoilt->graph, nullptr));
            }
            return;
        }
    }

    void once(std::size_t index, bool keep) {
        Slot& slot = *slots_[index % slots_.size()];
        finish(slot, keep);
        token_.throwIfCancelled();
        slot.began = Clock::now();
        driver_->record(slot.h2dFrom.raw(), in_.raw());
        slot.running.copyIn(in_.raw());
        driver_->record(slot.h2dTo.raw(), in_.raw());
        driver_->streamWaits(compute_.raw(), slot.h2dTo.raw());
        driver_->record(slot.gpuFrom.raw(), compute_.raw());
        const auto before = Clock::now();
        enqueue(slot);
        slot.enqueue = since(before);
        driver_->record(slot.gpuTo.raw(), compute_.raw());
        driver_->streamWaits(out_.raw(), slot.gpuTo.raw());
        driver_->record(slot.d2hFrom.raw(), out_.raw());
        slot.running.copyOut(out_.raw());
        driver_->record(slot.d2hTo.raw(), out_.raw());
        slot.flying = true;
    }

    void finish(Slot& slot, bool keep) {
        if (!slot.flying) return;
        driver_->waitFor(slot.d2hTo.raw());
        slot.flying = false;
        if (!keep) return;
        reply_.host.push_back(since(slot.began));
        reply_.h2d.push_back(driver_->elapsed(slot.h2dFrom.raw(), slot.h2dTo.raw()));
        reply_.gpu.push_back(driver_->elapsed(slot.gpuFrom.raw(), slot.gpuTo.raw()));
        reply_.d2h.push_back(driver_->elapsed(slot.d2hFrom.raw(), slot.d2hTo.raw()));
        reply_.enqueue.push_back(slot.enqueue);
    }

    void drain(bool keep) {
        for (const auto& slot : slots_) {
            finish(*slot, keep);
            slot->running.throwIfFailed();
        }
    }

    void measure() {
        constexpr std::size_t kMost = 200000;
        const auto began = Clock::now();
        std::size_t done = 0;
        for (; done < kMost && (done < static_cast<std::size_t>(request_.iterations) || since(began) < request_.durationMs); ++done)
            once(done, true);
        drain(true);
        reply_.wallMs = since(began);
    }

    void profileLayers() {
        LayerTimes times(loaded_.engine().raw().table().interfaces());
        Running& running = slots_[0]->running;
        running.context().setProfiler(times.raw());
        running.context().setEnqueueEmitsProfile(true);
        for (std::int32_t i = 0; i < request_.profiledRuns; ++i) {
            token_.throwIfCancelled();
            times.beginRun();
            running.enqueue(compute_.raw());
            compute_.synchronize();
        }
        running.context().setProfiler(nullptr);
        reply_.layers = times.take();
        reply_.inspector = loaded_.engine().inspectAt(reply_.description.profiles[static_cast<std::size_t>(request_.profile)]);
    }

    LoadedEngine& loaded_;
    const TimeRequest& request_;
    const CancelToken& token_;
    cuda::DriverPtr driver_;
    cuda::Stream in_, compute_, out_;
    std::vector<std::unique_ptr<Slot>> slots_;
    TimeReply reply_;
};

}  // namespace

std::optional<TimeReply> timeEngine(const LibraryPtr& library, const TimeRequest& request, Events& events, const CancelToken& token,
                                    std::string& reason) {
    auto loaded = LoadedEngine::open(library, request.engine, request.device, request.hostCode, events, reason);
    if (!loaded) return std::nullopt;
    const GpuLock lane(loaded->context().device(), token);
    const cuda::CurrentContext current(loaded->context());
    loaded->prepare(request.options);
    TimeReply reply = Timer(*loaded, request, token).run();
    reply.weightStreaming = loaded->weightStreaming();
    if (const RuntimeCache* cache = loaded->runtimeCache()) {
        reply.runtimeCacheTaken = cache->taken();
        reply.runtimeCache = cache->serialize();
    }
    return reply;
}

}  // namespace enginesmith::trt
