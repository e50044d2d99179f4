#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "trt/client.h"
#include "trt/events.h"

namespace enginesmith::trt {

/// Collects what the library reports as errors: with a recorder attached, errors come here and not to the logger.
class ErrorRecorder {
public:
    /// `events` also hears every error as a log line.
    ErrorRecorder(abi::Interfaces which, Events& events);
    ErrorRecorder(const ErrorRecorder&) = delete;
    ErrorRecorder& operator=(const ErrorRecorder&) = delete;

    void* raw() const noexcept { return client_.raw(); }
    /// All messages so far; an error that the library echoes as a CUDA error afterwards is the second, the cause is the first.
    std::vector<std::string> messages() const;
    /// The first error, or `otherwise`.
    std::string first(const std::string& otherwise) const;
    void clear() noexcept;

    // Called by the library.
    std::int32_t count() const noexcept;
    std::int32_t codeAt(std::int32_t index) const noexcept;
    const char* textAt(std::int32_t index) const noexcept;
    bool report(std::int32_t code, const char* text) noexcept;
    std::int32_t addReference(std::int32_t by) noexcept { return references_ += by; }

private:
    struct Entry {
        std::int32_t code;
        std::string text;
    };
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
    std::atomic<std::int32_t> references_{0};
    Events& events_;
    Client client_;
};

}  // namespace enginesmith::trt
