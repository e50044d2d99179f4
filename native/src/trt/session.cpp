#include "trt/session.h"

#include <algorithm>
#include <chrono>

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

}  // namespace

struct Session::State {
    State(std::unique_ptr<LoadedEngine> opened, abi::ExecutionContext made)
        : loaded(std::move(opened)),
          context(made),
          contextOwner(made),
          stream(loaded->context().driver()),
          description(loaded->engine().describe()) {
        context.setErrorRecorder(loaded->engine().recorder().raw());
        const abi::CudaEngine& engine = loaded->engine().raw();
        for (std::int32_t i = 0; i < engine.getNbIOTensors(); ++i) {
            bindings.push_back(std::make_unique<Binding>(loaded->engine(), context, loaded->context().driver(), engine.getIOTensorName(i)));
        }
    }

    Failure failure(const std::string& what) {
        return {"ENGINE_NOT_RUN",
                "The engine could not run: " + loaded->engine().recorder().first(what) + ".",
                "Look at the log for the library's own words; build the engine again for this GPU.",
                {{"errors", loaded->engine().recorder().messages()}}};
    }
    RunReply run(const std::vector<TensorView>& inputs, const CancelToken& token);

    // Destroyed from the end: buffers and stream, context, engine.
    std::unique_ptr<LoadedEngine> loaded;
    abi::ExecutionContext context;
    abi::Owned<abi::ExecutionContext> contextOwner;
    cuda::Stream stream;
    EngineDescription description;
    std::vector<std::unique_ptr<Binding>> bindings;
    std::int32_t profile = 0;
};

RunReply Session::State::run(const std::vector<TensorView>& inputs, const CancelToken& token) {
    loaded->engine().recorder().clear();
    const auto wanted = profileFor(description, inputs);
    if (!wanted) throw outsideProfiles(description, inputs);
    if (*wanted != profile) {
        if (!context.setOptimizationProfileAsync(*wanted, stream.raw()))
            throw failure("profile " + std::to_string(*wanted) + " was refused");
        profile = *wanted;
    }
    const auto began = std::chrono::steady_clock::now();
    for (const auto& binding : bindings) {
        if (!binding->isInput()) continue;
        const auto given =
            std::find_if(inputs.begin(), inputs.end(), [&](const TensorView& tensor) { return tensor.name == binding->name(); });
        if (given == inputs.end())
            throw Failure("INPUTS_INVALID", "The engine's input " + binding->name() + " was not given.",
                          "Give every input of the engine, under its own name.", {{"input", binding->name()}});
        binding->setInput(*given, stream.raw());
    }
    const char* missing[1] = {};
    if (context.inferShapes(1, missing) != 0)
        throw failure(std::string("the shape of ") + (missing[0] != nullptr ? missing[0] : "a tensor") + " is not known");
    for (const auto& binding : bindings) {
        if (!binding->isInput()) binding->prepareOutput();
    }
    token.throwIfCancelled();
    if (!context.enqueueV3(stream.raw())) {
        stream.synchronize();
        throw failure("the library refused to start it");
    }
    stream.synchronize();
    RunReply reply;
    for (const auto& binding : bindings) {
        if (!binding->isInput()) reply.outputs.push_back(binding->fetch(stream.raw()));
    }
    stream.synchronize();
    reply.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    if (loaded->engine().recorder().count() > 0) throw failure("");
    return reply;
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::~Session() { close(); }

std::shared_ptr<Session> Session::open(const LibraryPtr& library, const std::string& path, std::optional<std::int32_t> device,
                                       Events& events, std::string& reason) {
    auto loaded = LoadedEngine::open(library, path, device, events, reason);
    if (!loaded) return nullptr;
    const cuda::CurrentContext current(loaded->context());
    const abi::ExecutionContext context = loaded->engine().raw().createExecutionContext(abi::ExecutionContextAllocationStrategy::kSTATIC);
    if (!context.isUsable()) {
        reason = loaded->engine().recorder().first("the library could not make an execution context");
        return nullptr;
    }
    return std::shared_ptr<Session>(new Session(std::make_unique<State>(std::move(loaded), context)));
}

RunReply Session::run(const std::vector<TensorView>& inputs, const CancelToken& token) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!state_) throw Failure("ENGINE_NOT_RUN", "The engine was closed.", "Open it again.");
    const cuda::CurrentContext current(state_->loaded->context());
    return state_->run(inputs, token);
}

void Session::close() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!state_) return;
    try {
        const cuda::CurrentContext current(state_->loaded->context());
        state_.reset();
    } catch (const Failure&) {
        // The driver is gone and its memory with it: what is left of the state cannot be freed.
        static_cast<void>(state_.release());
    }
}

}  // namespace enginesmith::trt
