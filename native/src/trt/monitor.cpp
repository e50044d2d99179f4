#include "trt/monitor.h"

namespace enginesmith::trt {
namespace {

template <class Set>
struct MonitorAdapter final : Set::IProgressMonitor {
    using Interface = typename Set::IProgressMonitor;
    explicit MonitorAdapter(ProgressMonitor& target) : monitor(target) {}
    void phaseStart(const char* name, const char* parent, std::int32_t steps) noexcept override { monitor.start(name, parent, steps); }
    bool stepComplete(const char* name, std::int32_t step) noexcept override { return monitor.step(name, step); }
    void phaseFinish(const char* name) noexcept override { monitor.finish(name); }
    ProgressMonitor& monitor;
};

const char* textOf(const char* text) noexcept { return text != nullptr ? text : ""; }

}  // namespace

ProgressMonitor::ProgressMonitor(abi::Interfaces which, Events& events, CancelTokenPtr token)
    : events_(events), token_(std::move(token)), client_(Client::make<MonitorAdapter>(which, *this)) {}

ProgressMonitor::Phase* ProgressMonitor::openPhase(const char* name) noexcept {
    for (auto it = phases_.rbegin(); it != phases_.rend(); ++it) {
        if (it->open && it->name == textOf(name)) return &*it;
    }
    return nullptr;
}

// The lock is held while an event is passed on: events of one phase must not overtake each other.
void ProgressMonitor::start(const char* name, const char* parent, std::int32_t steps) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        phases_.push_back({textOf(name), textOf(parent), steps, Clock::now(), 0, true});
        events_.phase({PhaseAction::start, textOf(name), textOf(parent), 0, steps});
    } catch (...) {
        // Out of memory: the build goes on, its progress is not shown.
    }
}

bool ProgressMonitor::step(const char* name, std::int32_t index) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (const Phase* phase = openPhase(name)) events_.phase({PhaseAction::step, phase->name, phase->parent, index + 1, phase->steps});
    } catch (...) {
        // As in start.
    }
    return !token_->isCancelled();
}

void ProgressMonitor::finish(const char* name) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        Phase* phase = openPhase(name);
        if (phase == nullptr) return;
        phase->open = false;
        phase->seconds = std::chrono::duration<double>(Clock::now() - phase->began).count();
        events_.phase({PhaseAction::finish, phase->name, phase->parent, phase->steps, phase->steps});
    } catch (...) {
        // As in start.
    }
}

std::vector<PhaseTime> ProgressMonitor::phases() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<PhaseTime> times;
    for (const Phase& phase : phases_) {
        if (!phase.open) times.push_back({phase.name, phase.seconds});
    }
    return times;
}

}  // namespace enginesmith::trt
