#include "trt/network.h"

#include <algorithm>

#include "base/file.h"
#include "cuda/driver.h"
#include "trt/logger.h"

namespace enginesmith::trt {
namespace {

/// Protocol buffers cannot be read from one block of 2 GiB or more.
constexpr std::uint64_t kLargestBlock = (std::uint64_t{1} << 31) - 1;

std::string textOf(const char* text) { return text != nullptr ? text : ""; }

/// Sets a value that differs from the default and reads it back, then the default again: a wrong slot table does not survive this.
bool threadsReadBack(const abi::Builder& builder) {
    const std::int32_t before = builder.getMaxThreads();
    const std::int32_t other = before == 2 ? 3 : 2;
    const bool set = builder.setMaxThreads(other) && builder.getMaxThreads() == other;
    return set && builder.setMaxThreads(before) && builder.getMaxThreads() == before;
}

TensorSpec specOf(const abi::Tensor& tensor) {
    TensorSpec spec{textOf(tensor.getName()), dtypeName(tensor.getType()), {}};
    const std::vector<std::int64_t> sizes = sizesOf(tensor.getDimensions());
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] >= 0) {
            spec.shape.emplace_back(sizes[i]);
            continue;
        }
        const std::string symbol = textOf(tensor.getDimensionName(static_cast<std::int32_t>(i)));
        spec.shape.emplace_back(symbol.empty() ? spec.name + "_dim" + std::to_string(i) : symbol);
    }
    return spec;
}

ParserError errorOf(const abi::ParserError& error) {
    ParserError result{textOf(error.nodeName()), textOf(error.nodeOperator()), "", textOf(error.desc()), error.node(), {}};
    const auto code = error.code();
    result.code = code ? abi::Table::nameOf(*code) : "unknown";
    const char* const* stack = error.localFunctionStack();
    for (std::int32_t i = 0; stack != nullptr && i < error.localFunctionStackSize(); ++i) result.localFunctions.push_back(textOf(stack[i]));
    return result;
}

/// Keeps the log line that names a file the parser could not open: its error only says that an initializer failed.
class FileComplaints final : public Events {
public:
    explicit FileComplaints(Events& next) : next_(next) {}
    void phase(const PhaseEvent& event) noexcept override { next_.phase(event); }
    void log(LogLevel level, const char* source, const std::string& text) noexcept override {
        const std::size_t at = text.find(kFailedToOpen);
        try {
            if (at != std::string::npos && complaint.empty()) complaint = text.substr(at);
        } catch (...) {
            // Out of memory: the error is shown without the file's name.
        }
        next_.log(level, source, text);
    }
    static constexpr const char* kFailedToOpen = "Failed to open file";
    std::string complaint;

private:
    Events& next_;
};

bool same(const ParserError& a, const ParserError& b) { return a.index == b.index && a.op == b.op && a.message == b.message; }

}  // namespace

bool builderNeedsGpu(const Library& library) noexcept { return !library.isRtx(); }

void requireGpu(const std::string& purpose) {
    const cuda::Survey survey = cuda::Driver::survey();
    if (!survey.devices.empty()) return;
    const std::string code = survey.code, otherwise = ", or choose TensorRT-RTX with a target, or ONNX Runtime.";
    if (code == "DRIVER_MISSING")
        throw Failure("DRIVER_MISSING", purpose + " needs an NVIDIA driver, and " + survey.reason + ".",
                      "Install the NVIDIA driver" + otherwise, {{"reason", survey.reason}});
    if (code == "DRIVER_TOO_OLD")
        throw Failure("DRIVER_TOO_OLD", purpose + " needs an NVIDIA driver that works, and " + survey.reason + ".",
                      "Install a newer NVIDIA driver and restart the machine" + otherwise, {{"reason", survey.reason}});
    throw Failure("GPU_MISSING", purpose + " needs a GPU, and " + survey.reason + ".", "Use a machine with an NVIDIA GPU" + otherwise,
                  {{"reason", survey.reason}});
}

Network::Network(LibraryPtr library, bool stronglyTyped, Events& events)
    : library_(std::move(library)),
      events_(events),
      recorder_(library_->table().interfaces(), events),
      builder_(makeBuilder(events)),
      network_(makeNetwork(stronglyTyped)),
      networkOwner_(network_),
      config_(builder_->createBuilderConfig()),
      parser_(library_->createParser(network_)) {
    if (!config_)
        throw Failure("BUILD_FAILED", "The builder's config could not be made: " + recorder_.first("the library gave no reason") + ".",
                      "Look at the log for the library's own words.");
    if (!parser_)
        throw Failure("BUILD_FAILED", "The ONNX parser could not be made: " + recorder_.first("the library gave no reason") + ".",
                      "Check that the parser and the library are of one version.");
}

abi::Owned<abi::Builder> Network::makeBuilder(Events& events) {
    if (builderNeedsGpu(*library_)) requireGpu("Making a builder of TensorRT " + library_->version());
    abi::Owned<abi::Builder> builder(library_->createBuilder());
    if (!builder) {
        throw Failure("BUILD_FAILED", "TensorRT " + library_->version() + " could not make a builder.",
                      "Look at the log: it holds the library's own words; often its builder resource for this GPU is missing.",
                      {{"library", library_->path()}});
    }
    if (builder->getLogger() != processLogger(library_->table()) || !threadsReadBack(*builder)) {
        throw Failure("BACKEND_UNSUPPORTED_VERSION",
                      "The library " + library_->path() + " (" + library_->version() + ") does not behave like the version it says it is.",
                      "Choose another library.", {{"library", library_->path()}, {"version", library_->version()}});
    }
    if (!library_->warning().empty()) events.log(LogLevel::warning, "enginesmith", library_->warning());
    builder->setErrorRecorder(recorder_.raw());
    return builder;
}

abi::NetworkDefinition Network::makeNetwork(bool stronglyTyped) {
    const auto flag = abi::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED;
    const std::uint32_t flags = stronglyTyped ? 1u << table().value(flag) : 0u;
    const abi::NetworkDefinition network = builder_->createNetworkV2(flags);
    if (!network.isUsable())
        throw Failure("BUILD_FAILED", "The network could not be made: " + recorder_.first("the library gave no reason") + ".",
                      "Look at the log for the library's own words.");
    return network;
}

bool Network::parse(const std::string& onnx, const CancelToken& token) {
    const std::uint64_t size = fileSize(onnx);
    if (size == 0) throw Failure("FILE_EMPTY", onnx + " is empty.", "Choose another file, or export it again.", {{"path", onnx}});
    token.throwIfCancelled();
    FileComplaints files(events_);
    const LogScope logs(files);
    bool parsed = false;
    if (size > kLargestBlock) {
        constexpr int kWarnings = 2;
        parsed = parser_->parseFromFile(onnx.c_str(), kWarnings);
    } else {
        bytes_ = readFile(onnx);
        token.throwIfCancelled();
        parsed = parser_->parse(bytes_.data(), bytes_.size(), onnx.c_str());
    }
    collectErrors(*parser_);
    if (!parsed || !errors_.empty()) addUnsupported(onnx);
    for (ParserError& error : errors_) {
        if (error.index < 0 && !files.complaint.empty()) error.message = files.complaint;
    }
    if (!parsed && errors_.empty()) {
        errors_.push_back({"", "", "kINTERNAL_ERROR", recorder_.first("the parser gave no reason"), -1, {}});
    }
    return parsed && errors_.empty();
}

void Network::collectErrors(const abi::Parser& parser) {
    const int count = parser.getNbErrors();
    for (int i = 0; i < count; ++i) {
        ParserError error = errorOf(parser.getError(i));
        if (std::none_of(errors_.begin(), errors_.end(), [&](const ParserError& known) { return same(known, error); }))
            errors_.push_back(std::move(error));
    }
}

/// parse() may stop at the first fault; supportsModelV2 looks at every node. A parser takes one model in its life, so this needs another.
void Network::addUnsupported(const std::string& onnx) {
    if (bytes_.empty() || !parser_->has(abi::Method::Parser_supportsModelV2)) return;
    const abi::Owned<abi::NetworkDefinition> network(makeNetwork(isStronglyTyped()));
    const abi::Owned<abi::Parser> parser(library_->createParser(*network));
    if (!parser) return;
    const LogScope unheard(quietEvents());  // it says again what parse() said
    parser->supportsModelV2(bytes_.data(), bytes_.size(), onnx.c_str());
    collectErrors(*parser);
    std::stable_sort(errors_.begin(), errors_.end(), [](const ParserError& a, const ParserError& b) { return a.index < b.index; });
}

std::vector<TensorSpec> Network::inputs() const {
    std::vector<TensorSpec> specs;
    for (std::int32_t i = 0; i < network_.getNbInputs(); ++i) specs.push_back(specOf(network_.getInput(i)));
    return specs;
}

std::vector<TensorSpec> Network::outputs() const {
    std::vector<TensorSpec> specs;
    for (std::int32_t i = 0; i < network_.getNbOutputs(); ++i) specs.push_back(specOf(network_.getOutput(i)));
    return specs;
}

bool Network::isShapeInput(const std::string& name) const {
    for (std::int32_t i = 0; i < network_.getNbInputs(); ++i) {
        const abi::Tensor tensor = network_.getInput(i);
        if (textOf(tensor.getName()) == name) return tensor.isShapeTensor();
    }
    return false;
}

bool Network::isStronglyTyped() const {
    const auto flag = abi::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED;
    return table().has(flag) && network_.getFlag(flag);
}

Json toJson(const ParserError& error) {
    return Json::Object{{"node", error.node},       {"operator", error.op}, {"code", error.code},
                        {"message", error.message}, {"index", error.index}, {"localFunctions", error.localFunctions}};
}

Failure parseFailure(const std::string& onnx, const std::vector<ParserError>& errors) {
    Json::Array list;
    std::string names;
    bool external = false, malformed = true;
    for (const ParserError& error : errors) {
        list.push_back(toJson(error));
        external = external || error.message.rfind(FileComplaints::kFailedToOpen, 0) == 0;
        malformed = malformed && error.op.empty();
        const std::string op = error.op.empty() ? "(no operator)" : error.op;
        if (names.find(op) == std::string::npos) names += (names.empty() ? "" : ", ") + op;
    }
    const Json::Object details{{"path", onnx}, {"errors", list}};
    const std::string first = errors.empty() ? "" : errors.front().message;
    if (external)
        return {"ONNX_EXTERNAL_DATA_MISSING", "The ONNX file keeps its weights in another file that could not be read: " + first,
                "Put the data file beside the ONNX file, under the name that it had at export.", details};
    if (malformed)
        return {"ONNX_INVALID", "The ONNX file cannot be read as a network: " + first, "Check the file with onnx.checker; export it again.",
                details};
    return {"BUILD_UNSUPPORTED_OPERATOR",
            "The library cannot take " + std::to_string(errors.size()) + (errors.size() == 1 ? " node" : " nodes") +
                " of the model: " + names + ".",
            "Each node is listed with its reason: replace the operator in the model, export with another opset, or choose another backend.",
            details};
}

}  // namespace enginesmith::trt
