#pragma once
#include <exception>
#include <string>
#include <utility>

#include "base/json.h"

namespace enginesmith {

/// What went wrong, as users see it: a code of the contract's union, a plain message, what to do, and the proof.
/// Thrown inside the module only; the napi layer turns it into a rejected promise.
class Failure : public std::exception {
public:
    Failure(std::string code, std::string message, std::string remedy, Json::Object details = {})
        : code_(std::move(code)), message_(std::move(message)), remedy_(std::move(remedy)), details_(std::move(details)) {}

    const char* what() const noexcept override { return message_.c_str(); }
    const std::string& code() const noexcept { return code_; }
    const std::string& message() const noexcept { return message_; }
    const std::string& remedy() const noexcept { return remedy_; }
    const Json::Object& details() const noexcept { return details_; }

private:
    std::string code_;
    std::string message_;
    std::string remedy_;
    Json::Object details_;
};

/// The call was cancelled by whoever started it.
inline Failure cancelled() { return {"CANCELLED", "Cancelled before it was finished.", "Run it again; finished stages are reused."}; }

}  // namespace enginesmith
