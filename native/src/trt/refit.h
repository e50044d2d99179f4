#pragma once
#include "trt/io_tensor.h"
#include "trt/loaded_engine.h"

namespace enginesmith::trt {

struct RefitRequest {
    std::string engine;
    std::optional<std::int32_t> device;
    bool hostCode = false;
    /// Weights from an ONNX file, or by name; the bytes are kept alive by the caller until the call ends.
    std::optional<std::string> onnx;
    std::vector<TensorView> weights;
    std::string outWith;
    std::string outWithout;
};

struct RefitReply {
    bool refitted = false;
    std::vector<std::string> names;
    std::vector<std::string> missing;
    std::vector<std::string> unknown;
    /// Weights that the engine knows by name and did not take, each with why.
    std::vector<std::string> refused;
    std::size_t set = 0;
    double seconds = 0;
    std::vector<std::string> errors;
    /// Serialization flags that were in force, as read back.
    std::vector<std::string> flagsWith, flagsWithout;
    std::uint64_t bytesWith = 0, bytesWithout = 0;
};

/// Gives an engine new weights and writes it with and without them. Empty with the reason where the engine cannot be opened here.
/// Throws BUILD_OPTION_UNSUPPORTED for an engine that is not refittable.
std::optional<RefitReply> refitEngine(const LibraryPtr& library, const RefitRequest& request, Events& events, const CancelToken& token,
                                      std::string& reason);

}  // namespace enginesmith::trt
