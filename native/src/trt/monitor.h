#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "trt/client.h"
#include "trt/events.h"

namespace enginesmith::trt {

/// How long one phase took.
struct PhaseTime {
    std::string name;
    double seconds;
};

/// The builder's own progress: forwards it, times it, and stops the build when the call is cancelled.
class ProgressMonitor {
public:
    ProgressMonitor(abi::Interfaces which, Events& events, CancelTokenPtr token);
    ProgressMonitor(const ProgressMonitor&) = delete;
    ProgressMonitor& operator=(const ProgressMonitor&) = delete;

    void* raw() const noexcept { return client_.raw(); }
    /// In the order in which they began.
    std::vector<PhaseTime> phases() const;

    // Called by the library, from any of its threads.
    void start(const char* name, const char* parent, std::int32_t steps) noexcept;
    bool step(const char* name, std::int32_t index) noexcept;
    void finish(const char* name) noexcept;

private:
    using Clock = std::chrono::steady_clock;
    struct Phase {
        std::string name;
        std::string parent;
        std::int32_t steps;
        Clock::time_point began;
        double seconds;
        bool open;
    };
    /// The newest open phase of that name; names come back in every subgraph.
    Phase* openPhase(const char* name) noexcept;

    mutable std::mutex mutex_;
    std::vector<Phase> phases_;
    Events& events_;
    CancelTokenPtr token_;
    Client client_;
};

}  // namespace enginesmith::trt
