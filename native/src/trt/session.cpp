#include "trt/session.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace enginesmith::trt {
namespace {

/// The first profile whose ranges hold every input's shape; empty where none does.
std::optional<std::int32_t> profileFor(const EngineDescription& description, const std::vector<TensorView>& inputs) {
    for (std::size_t index = 0; index < description.profiles.size(); ++index) {
        const bool fits = std::all_of(inputs.begin(), inputs.end(), [&](const TensorView& tensor) {
            const Profile& profile = description.profiles[index];
            const auto range =
                std::find_if(profile.begin(), profile.end(), [&](const ProfileInput& input) { return input.name == tensor.name; });
            if (range == profile.end() || range->min.size() != tensor.shape.size()) return true;  // a shape input: its values are the range
            for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
                if (tensor.shape[i] < range->min[i] || tensor.shape[i] > range->max[i]) return false;
            }
            return true;
        });
        if (fits) return static_cast<std::int32_t>(index);
    }
    return std::nullopt;
}

Failure outsideProfiles(const EngineDescription& description, const std::vector<TensorView>& inputs) {
    std::string given, allowed;
    for (const TensorView& tensor : inputs) given += (given.empty() ? "" : ", ") + tensor.name + " " + shapeText(tensor.shape);
    for (const Profile& profile : description.profiles) {
        for (const ProfileInput& input : profile)
            allowed += (allowed.empty() ? "" : "; ") + input.name + " " + shapeText(input.min) + " to " + shapeText(input.max);
    }
    return {"SHAPE_CONTRADICTS_MODEL",
            "No profile of the engine holds the shapes " + given + "; it was built for " + allowed + ".",
            "Use shapes within a profile, or build the engine with a wider one.",
            {{"shapes", given}}};
}

Failure closedFailure() { return {"ENGINE_NOT_RUN", "The engine was closed.", "Open it again."}; }

/// One run's context, memory and stream.
struct Lane {
    explicit Lane(LoadedEngine& loaded) : running(loaded), stream(loaded.context().driver()) {}
    Running running;
    cuda::Stream stream;
    bool busy = false;
};

}  // namespace

struct Session::State {
    explicit State(std::unique_ptr<LoadedEngine> opened)
        : loaded(std::move(opened)), weightStreaming(loaded->weightStreaming()), description(loaded->engine().describe()) {
        if (const RuntimeCache* cache = loaded->runtimeCache()) cacheTaken = cache->taken();
        lanes.push_back(std::make_unique<Lane>(*loaded));
    }
    /// Keeps the engine for one run. Throws after close.
    std::shared_ptr<LoadedEngine> opened();
    Lane& claim(const CancelToken& token);
    void release(Lane& lane) noexcept;
    RunReply run(Lane& lane, const std::vector<TensorView>& inputs, const CancelToken& token) const;

    // Destroyed from the end: lanes, then the engine that they run.
    std::mutex mutex;
    std::condition_variable freed;
    bool closed = false;
    std::shared_ptr<LoadedEngine> loaded;
    std::optional<WeightStreaming> weightStreaming;
    std::optional<bool> cacheTaken;
    EngineDescription description;
    bool canGrow = true;
    std::vector<std::unique_ptr<Lane>> lanes;
};

/// Holds a lane for one run.
class Session::Claim {
public:
    Claim(State& state, const CancelToken& token) : state_(state), lane_(state.claim(token)) {}
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;
    ~Claim() { state_.release(lane_); }
    Lane& lane() const noexcept { return lane_; }

private:
    State& state_;
    Lane& lane_;
};

std::shared_ptr<LoadedEngine> Session::State::opened() {
    const std::lock_guard<std::mutex> lock(mutex);
    if (closed) throw closedFailure();
    return loaded;
}

/// Waits for a lane. The second one is made when two runs first meet: an engine that is run once needs the memory of one.
Lane& Session::State::claim(const CancelToken& token) {
    constexpr std::size_t kMost = 2;
    std::unique_lock<std::mutex> lock(mutex);
    for (;;) {
        token.throwIfCancelled();
        if (closed) throw closedFailure();
        for (const auto& lane : lanes) {
            if (!std::exchange(lane->busy, true)) return *lane;
        }
        if (canGrow && lanes.size() < kMost) {
            try {
                lanes.push_back(std::make_unique<Lane>(*loaded));
                continue;
            } catch (const Failure&) {
                canGrow = false;  // no memory for two: the runs take turns
            }
        }
        freed.wait_for(lock, std::chrono::milliseconds(50));
    }
}

void Session::State::release(Lane& lane) noexcept {
    {
        const std::lock_guard<std::mutex> lock(mutex);
        lane.busy = false;
    }
    freed.notify_all();
}

RunReply Session::State::run(Lane& lane, const std::vector<TensorView>& inputs, const CancelToken& token) const {
    Running& running = lane.running;
    running.clearErrors();
    const auto wanted = profileFor(description, inputs);
    if (!wanted) throw outsideProfiles(description, inputs);
    running.setProfile(*wanted, lane.stream);
    const auto began = std::chrono::steady_clock::now();
    for (const auto& tensor : running.tensors()) {
        if (!tensor->isInput()) continue;
        const auto given = std::find_if(inputs.begin(), inputs.end(), [&](const TensorView& view) { return view.name == tensor->name(); });
        if (given == inputs.end())
            throw Failure("INPUTS_INVALID", "The engine's input " + tensor->name() + " was not given.",
                          "Give every input of the engine, under its own name.", {{"input", tensor->name()}});
        tensor->setInput(*given);
    }
    running.prepareOutputs();
    token.throwIfCancelled();
    running.copyIn(lane.stream.raw());
    try {
        running.enqueue(lane.stream.raw());
        running.copyOut(lane.stream.raw());
    } catch (const Failure&) {
        lane.stream.synchronize();  // what was started reads memory that the next run will change
        throw;
    }
    lane.stream.synchronize();
    running.throwIfFailed();
    RunReply reply;
    for (const auto& tensor : running.tensors()) {
        if (!tensor->isInput()) reply.outputs.push_back(tensor->take());
    }
    reply.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return reply;
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::~Session() { close(); }

std::shared_ptr<Session> Session::open(const LibraryPtr& library, const std::string& path, std::optional<std::int32_t> device,
                                       bool hostCode, const RunOptions& options, Events& events, std::string& reason) {
    auto loaded = LoadedEngine::open(library, path, device, hostCode, events, reason);
    if (!loaded) return nullptr;
    const cuda::CurrentContext current(loaded->context());
    loaded->prepare(options);
    return std::shared_ptr<Session>(new Session(std::make_unique<State>(std::move(loaded))));
}

const std::optional<WeightStreaming>& Session::weightStreaming() const noexcept { return state_->weightStreaming; }
std::optional<bool> Session::runtimeCacheTaken() const noexcept { return state_->cacheTaken; }

std::vector<char> Session::runtimeCache() {
    const std::shared_ptr<LoadedEngine> loaded = state_->opened();
    const cuda::CurrentContext current(loaded->context());
    const RuntimeCache* cache = loaded->runtimeCache();
    return cache != nullptr ? cache->serialize() : std::vector<char>();
}

RunReply Session::run(const std::vector<TensorView>& inputs, const CancelToken& token) {
    const std::shared_ptr<LoadedEngine> loaded = state_->opened();
    const cuda::CurrentContext current(loaded->context());
    const Claim claim(*state_, token);
    return state_->run(claim.lane(), inputs, token);
}

void Session::close() noexcept {
    std::unique_lock<std::mutex> lock(state_->mutex);
    if (std::exchange(state_->closed, true)) return;
    const auto isBusy = [](const std::unique_ptr<Lane>& lane) { return lane->busy; };
    state_->freed.wait(lock, [&] { return std::none_of(state_->lanes.begin(), state_->lanes.end(), isBusy); });
    try {
        const cuda::CurrentContext current(state_->loaded->context());
        state_->lanes.clear();
    } catch (const Failure&) {
        // The driver is gone and its memory with it: what is left cannot be freed.
        for (auto& lane : state_->lanes) static_cast<void>(lane.release());
    }
    state_->loaded.reset();
}

}  // namespace enginesmith::trt
