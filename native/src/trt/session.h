#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trt/running.h"

namespace enginesmith::trt {

struct RunReply {
    std::vector<OutputTensor> outputs;
    /// Copies and execution.
    double seconds;
};

/// An engine on a GPU, ready to run. Two runs go on at once, so that the copies of one lie beside the computing of the other; where
/// memory lacks for that, one. Members throw Failure.
class Session {
public:
    /// Null with the reason where there is no GPU, or it cannot run this engine.
    static std::shared_ptr<Session> open(const LibraryPtr& library, const std::string& path, std::optional<std::int32_t> device,
                                         bool hostCode, const RunOptions& options, Events& events, std::string& reason);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

    /// Empty where the engine streams no weights.
    const std::optional<WeightStreaming>& weightStreaming() const noexcept;
    /// Whether the runtime cache that was given was of use; empty where none is kept.
    std::optional<bool> runtimeCacheTaken() const noexcept;
    /// The runtime cache with what was compiled until now; empty where none is kept.
    std::vector<char> runtimeCache();

    RunReply run(const std::vector<TensorView>& inputs, const CancelToken& token);
    /// Frees the GPU memory; waits for the runs under way. A run after it fails.
    void close() noexcept;

private:
    struct State;
    class Claim;
    explicit Session(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace enginesmith::trt
