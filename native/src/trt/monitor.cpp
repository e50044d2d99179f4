#include "trt/monitor.h"

#include <algorithm>

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

std::vector<ProgressMonitor::Phase>::iterator ProgressMonitor::openPhase(const char* name) noexcept {
    for (auto it = open_.end(); it != open_.begin();) {
        if ((--it)->name == textOf(name)) return it;
    }
    return open_.end();
}

// TensorRT measures tens of thousands of tactics in a phase each; told one by one they would cost more than the measuring.
bool ProgressMonitor::worthTelling(const std::string& name, Clock::time_point now) {
    constexpr int kFirst = 16;
    constexpr auto kPause = std::chrono::milliseconds(100);
    if (++begun_[name] <= kFirst) return true;
    if (now - lastRepeat_ < kPause) return false;
    lastRepeat_ = now;
    return true;
}

// The lock is held while an event is passed on: events of one phase must not overtake each other.
void ProgressMonitor::start(const char* name, const char* parent, std::int32_t steps) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto now = Clock::now();
        const bool told = worthTelling(textOf(name), now);
        open_.push_back({textOf(name), textOf(parent), steps, now, told});
        if (told) events_.phase({PhaseAction::start, textOf(name), textOf(parent), 0, steps});
    } catch (...) {
        // Out of memory: the build goes on, its progress is not shown.
    }
}

bool ProgressMonitor::step(const char* name, std::int32_t index) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto phase = openPhase(name);
        if (phase != open_.end() && phase->told) events_.phase({PhaseAction::step, phase->name, phase->parent, index + 1, phase->steps});
    } catch (...) {
        // As in start.
    }
    return !token_->isCancelled();
}

void ProgressMonitor::finish(const char* name) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto phase = openPhase(name);
        if (phase == open_.end()) return;
        const Phase ended = *phase;
        open_.erase(phase);
        const double seconds = std::chrono::duration<double>(Clock::now() - ended.began).count();
        const auto same = std::find_if(times_.begin(), times_.end(), [&](const PhaseTime& time) { return time.name == ended.name; });
        if (same == times_.end()) {
            times_.push_back({ended.name, seconds});
        } else {
            same->seconds += seconds;
        }
        if (ended.told) events_.phase({PhaseAction::finish, ended.name, ended.parent, ended.steps, ended.steps});
    } catch (...) {
        // As in start.
    }
}

std::vector<PhaseTime> ProgressMonitor::phases() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return times_;
}

}  // namespace enginesmith::trt
