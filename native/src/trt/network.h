#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "trt/library.h"
#include "trt/recorder.h"
#include "trt/tensor.h"

namespace enginesmith::trt {

/// One thing that the parser could not take.
struct ParserError {
    std::string node;
    std::string op;
    std::string code;
    std::string message;
    std::int32_t index;
    std::vector<std::string> localFunctions;
};

/// A builder that has passed the canaries, its config, and the network that an ONNX file became. The members are destroyed in the order
/// that TensorRT needs: parser, config, network, builder.
class Network {
public:
    /// Throws GPU_MISSING or DRIVER_MISSING where the library cannot make a builder without one.
    Network(LibraryPtr library, bool stronglyTyped, Events& events);

    /// Parses from bytes, with the path for external data beside it; a file too large for that by path. False: see errors().
    bool parse(const std::string& onnx, const CancelToken& token);

    const std::vector<ParserError>& errors() const noexcept { return errors_; }
    std::int32_t layers() const { return network_.getNbLayers(); }
    std::vector<TensorSpec> inputs() const;
    std::vector<TensorSpec> outputs() const;
    /// True for an input whose values, not sizes, a profile sets.
    bool isShapeInput(const std::string& name) const;
    bool isStronglyTyped() const;

    const Library& library() const noexcept { return *library_; }
    const abi::Table& table() const noexcept { return library_->table(); }
    const abi::Builder& builder() const noexcept { return *builder_; }
    const abi::NetworkDefinition& definition() const noexcept { return network_; }
    const abi::BuilderConfig& config() const noexcept { return *config_; }
    ErrorRecorder& recorder() noexcept { return recorder_; }

private:
    abi::Owned<abi::Builder> makeBuilder(Events& events);
    abi::NetworkDefinition makeNetwork(bool stronglyTyped);
    void collectErrors(const abi::Parser& parser);
    void addUnsupported(const std::string& onnx);

    LibraryPtr library_;
    Events& events_;
    ErrorRecorder recorder_;
    std::vector<char> bytes_;
    abi::Owned<abi::Builder> builder_;
    abi::NetworkDefinition network_;
    abi::Owned<abi::NetworkDefinition> networkOwner_;
    abi::Owned<abi::BuilderConfig> config_;
    abi::Owned<abi::Parser> parser_;
    std::vector<ParserError> errors_;
};

/// True where a builder can be made only when a driver and a GPU are there.
bool builderNeedsGpu(const Library& library) noexcept;

/// Throws DRIVER_MISSING, DRIVER_TOO_OLD or GPU_MISSING, saying what for.
void requireGpu(const std::string& purpose);

/// The failure that a list of parser errors amounts to.
Failure parseFailure(const std::string& onnx, const std::vector<ParserError>& errors);
Json toJson(const ParserError& error);

}  // namespace enginesmith::trt
