#pragma once
#include "abi/table.h"
#include "trt/events.h"

namespace enginesmith::trt {

/// The one logger of the process in the shape that a table expects: the first logger that a library is given stays for all its later
/// objects, so it must live as long as the process.
void* processLogger(const abi::Table& table);

/// While it lives, what the library says goes to `events`: what is said on this thread, and, of threads that no call owns, what is said
/// while this is the newest call.
class LogScope {
public:
    explicit LogScope(Events& events);
    LogScope(const LogScope&) = delete;
    LogScope& operator=(const LogScope&) = delete;
    ~LogScope();

private:
    Events* events_;
    Events* outer_;
};

}  // namespace enginesmith::trt
