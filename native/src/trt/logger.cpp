#include "trt/logger.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "trt/client.h"

namespace enginesmith::trt {
namespace {

thread_local Events* threadEvents = nullptr;

/// Never destroyed: a library's threads may log while the process ends.
struct Router {
    std::mutex mutex;
    std::vector<Events*> active;

    void log(LogLevel level, const char* message) noexcept {
        try {
            const std::string text = message;
            if (threadEvents != nullptr) {
                threadEvents->log(level, "tensorrt", text);
                return;
            }
            const std::lock_guard<std::mutex> lock(mutex);
            if (!active.empty()) active.back()->log(level, "tensorrt", text);
        } catch (...) {
            // Out of memory: a lost log line must not end the process.
        }
    }
};

Router& router() {
    static Router* const instance = new Router;
    return *instance;
}

/// One logger: reads severities by its table; verbose lines are thousands and are dropped.
struct Logger {
    explicit Logger(const abi::Table& of) : table(of) {}
    void log(std::int32_t severity, const char* message) const noexcept {
        if (message == nullptr) return;
        const auto known = table.toEnum<abi::Severity>(severity);
        if (!known || *known == abi::Severity::kVERBOSE) return;
        if (*known == abi::Severity::kINFO) return router().log(LogLevel::info, message);
        router().log(*known == abi::Severity::kWARNING ? LogLevel::warning : LogLevel::error, message);
    }
    abi::Table table;
    Client client;
};

template <class Set>
struct LoggerAdapter final : Set::ILogger {
    using Interface = typename Set::ILogger;
    explicit LoggerAdapter(Logger& target) : logger(target) {}
    void log(std::int32_t severity, const char* message) noexcept override { logger.log(severity, message); }
    Logger& logger;
};

}  // namespace

Events& quietEvents() {
    struct Quiet final : Events {
        void phase(const PhaseEvent&) noexcept override {}
        void log(LogLevel, const char*, const std::string&) noexcept override {}
    };
    static Quiet* const instance = new Quiet;
    return *instance;
}

void* processLogger(const abi::Table& table) {
    static std::mutex mutex;
    static auto* const loggers = new std::map<abi::Interfaces, std::unique_ptr<Logger>>;
    const std::lock_guard<std::mutex> lock(mutex);
    std::unique_ptr<Logger>& logger = (*loggers)[table.interfaces()];
    if (!logger) {
        logger = std::make_unique<Logger>(table);
        logger->client = Client::make<LoggerAdapter>(table.interfaces(), *logger);
    }
    return logger->client.raw();
}

LogScope::LogScope(Events& events) : events_(&events), outer_(threadEvents) {
    const std::lock_guard<std::mutex> lock(router().mutex);
    router().active.push_back(events_);
    threadEvents = events_;
}

LogScope::~LogScope() {
    const std::lock_guard<std::mutex> lock(router().mutex);
    auto& active = router().active;
    const auto last = std::find(active.rbegin(), active.rend(), events_);
    if (last != active.rend()) active.erase(std::next(last).base());
    threadEvents = outer_;
}

}  // namespace enginesmith::trt
