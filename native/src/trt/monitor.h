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

/// How long the phases of one name took together: a name comes back for every subgraph, and for every one of thousands of tactics.
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
    /// One row a name, in the order in which the names first ended.
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
        /// Its events are passed on.
        bool told;
    };
    /// The newest open phase of that name; the end where there is none.
    std::vector<Phase>::iterator openPhase(const char* name) noexcept;
    bool worthTelling(const std::string& name, Clock::time_point now);

    mutable std::mutex mutex_;
    std::vector<Phase> open_;
    std::vector<PhaseTime> times_;
    std::map<std::string, int> begun_;
    Clock::time_point lastRepeat_{};
    Events& events_;
    CancelTokenPtr token_;
    Client client_;
};

}  // namespace enginesmith::trt
