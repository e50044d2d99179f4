#include "trt/recorder.h"

namespace enginesmith::trt {
namespace {

template <class Set>
struct RecorderAdapter final : Set::IErrorRecorder {
    using Interface = typename Set::IErrorRecorder;
    explicit RecorderAdapter(ErrorRecorder& target) : recorder(target) {}
    std::int32_t getNbErrors() const noexcept override { return recorder.count(); }
    std::int32_t getErrorCode(std::int32_t index) const noexcept override { return recorder.codeAt(index); }
    const char* getErrorDesc(std::int32_t index) const noexcept override { return recorder.textAt(index); }
    bool hasOverflowed() const noexcept override { return false; }
    void clear() noexcept override { recorder.clear(); }
    bool reportError(std::int32_t code, const char* text) noexcept override { return recorder.report(code, text); }
    std::int32_t incRefCount() noexcept override { return recorder.addReference(1); }
    std::int32_t decRefCount() noexcept override { return recorder.addReference(-1); }
    ErrorRecorder& recorder;
};

}  // namespace

ErrorRecorder::ErrorRecorder(abi::Interfaces which, Events& events)
    : events_(events), client_(Client::make<RecorderAdapter>(which, *this)) {}

std::vector<std::string> ErrorRecorder::messages() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string> all;
    for (const Entry& entry : entries_) all.push_back(entry.text);
    return all;
}

std::string ErrorRecorder::first(const std::string& otherwise) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return entries_.empty() ? otherwise : entries_.front().text;
}

void ErrorRecorder::clear() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_.clear();
}

std::int32_t ErrorRecorder::count() const noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    return static_cast<std::int32_t>(entries_.size());
}

std::int32_t ErrorRecorder::codeAt(std::int32_t index) const noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    return index >= 0 && static_cast<std::size_t>(index) < entries_.size() ? entries_[static_cast<std::size_t>(index)].code : 0;
}

const char* ErrorRecorder::textAt(std::int32_t index) const noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    return index >= 0 && static_cast<std::size_t>(index) < entries_.size() ? entries_[static_cast<std::size_t>(index)].text.c_str() : "";
}

bool ErrorRecorder::report(std::int32_t code, const char* text) noexcept {
    try {
        const std::string message = text != nullptr ? text : "";
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            entries_.push_back({code, message});
        }
        events_.log(LogLevel::error, "tensorrt", message);
    } catch (...) {
        // Out of memory: the call fails anyway, only its words are lost.
    }
    return false;  // go on: the call itself reports the failure
}

}  // namespace enginesmith::trt
