#pragma once
#include <cstdint>
#include <string>

namespace enginesmith::trt {

enum class LogLevel { verbose, info, warning, error };
enum class PhaseAction { start, step, finish };

/// A step of the builder's own progress; `parent` is empty at the top.
struct PhaseEvent {
    PhaseAction action;
    std::string name;
    std::string parent;
    std::int32_t step;
    std::int32_t steps;
};

/// Hears what a call does while it does it; called from any thread.
class Events {
public:
    virtual ~Events() = default;
    virtual void phase(const PhaseEvent& event) noexcept = 0;
    virtual void log(LogLevel level, const char* source, const std::string& text) noexcept = 0;
};

/// Hears nothing; never destroyed.
Events& quietEvents();

}  // namespace enginesmith::trt
