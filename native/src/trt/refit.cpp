#include "trt/refit.h"

#include <algorithm>
#include <chrono>

#include "base/file.h"
#include "trt/gpu_lock.h"

namespace enginesmith::trt {
namespace {

using abi::SerializationFlag;

/// TensorRT tells how many names there are when it is given no room for them.
template <class List>
std::vector<std::string> namesOf(List list) {
    const std::int32_t count = list(0, nullptr);
    std::vector<const char*> raw(static_cast<std::size_t>(std::max(count, 0)));
    if (!raw.empty()) list(count, raw.data());
    std::vector<std::string> names;
    for (const char* name : raw) names.emplace_back(name != nullptr ? name : "");
    return names;
}

void setWeights(const abi::Refitter& refitter, const std::vector<TensorView>& weights, RefitReply& reply) {
    for (const TensorView& tensor : weights) {
        if (std::find(reply.names.begin(), reply.names.end(), tensor.name) == reply.names.end()) {
            reply.unknown.push_back(tensor.name);
            continue;
        }
        const abi::Weights wanted = refitter.getWeightsPrototype(tensor.name.c_str());
        const std::string dtype = dtypeName(refitter.table().toEnum<abi::DataType>(wanted.type));
        const auto count = static_cast<std::int64_t>(tensor.bytes / std::max<std::size_t>(dtypeBytes(tensor.dtype), 1));
        if (dtype != tensor.dtype || wanted.count != count) {
            reply.refused.push_back(tensor.name + ": the engine wants " + std::to_string(wanted.count) + " values of " + dtype +
                                    ", given are " + std::to_string(count) + " of " + tensor.dtype);
            continue;
        }
        if (refitter.setNamedWeights(tensor.name.c_str(), abi::Weights{wanted.type, tensor.data, count}))
            ++reply.set;
        else
            reply.refused.push_back(tensor.name + ": refused by the library");
    }
}

/// The parser holds the weights until the refit has read them.
abi::Owned<abi::ParserRefitter> setFromOnnx(const Library& library, const abi::Refitter& refitter, const std::string& onnx,
                                            const std::vector<char>& bytes, RefitReply& reply) {
    abi::Owned<abi::ParserRefitter> parser(library.createParserRefitter(refitter));
    if (!parser) throw Failure("BUILD_OPTION_UNSUPPORTED", "The library's ONNX parser cannot refit.", "Use a newer library.");
    const bool ok = parser->refitFromBytes(bytes.data(), bytes.size(), onnx.c_str());
    for (std::int32_t i = 0; i < parser->getNbErrors(); ++i) {
        const abi::ParserError error = parser->getError(i);
        const char* const text = error.isUsable() ? error.desc() : nullptr;
        reply.errors.emplace_back(text != nullptr ? text : "");
    }
    if (!ok && reply.errors.empty()) reply.errors.emplace_back("the parser did not take the file");
    return parser;
}

std::uint64_t write(const abi::CudaEngine& engine, bool weights, const std::string& path, std::vector<std::string>& flags) {
    const abi::Owned<abi::SerializationConfig> config(engine.createSerializationConfig());
    if (!config) throw Failure("BUILD_OPTION_UNSUPPORTED", "The library cannot write this engine again.", "Use a newer library.");
    if (weights)
        config->clearFlag(SerializationFlag::kEXCLUDE_WEIGHTS);
    else
        config->setFlag(SerializationFlag::kEXCLUDE_WEIGHTS);
    // Without it a version that knows the flag writes an engine that can never be refitted again.
    if (engine.table().has(SerializationFlag::kINCLUDE_REFIT)) config->setFlag(SerializationFlag::kINCLUDE_REFIT);
    for (const SerializationFlag flag : abi::Table::all<SerializationFlag>()) {
        if (engine.table().has(flag) && config->getFlag(flag)) flags.emplace_back(abi::Table::nameOf(flag) + 1);
    }
    const abi::Owned<abi::HostMemory> plan(engine.serializeWithConfig(*config));
    if (!plan)
        throw Failure("BUILD_FAILED", "The library could not write the refitted engine.", "See the log for the library's own words.");
    writeAtomically(path, plan->data(), plan->size());
    return plan->size();
}

}  // namespace

std::optional<RefitReply> refitEngine(const LibraryPtr& library, const RefitRequest& request, Events& events, const CancelToken& token,
                                      std::string& reason) {
    auto loaded = LoadedEngine::open(library, request.engine, request.device, request.hostCode, events, reason);
    if (!loaded) return std::nullopt;
    const GpuLock lane(loaded->context().device(), token);
    const cuda::CurrentContext current(loaded->context());
    Engine& engine = loaded->engine();
    engine.recorder().clear();
    RefitReply reply;
    const abi::Owned<abi::Refitter> refitter(library->createRefitter(engine.raw()));
    // An engine for identical weights says of itself that it is not refittable, and takes them all the same.
    if (!refitter && !engine.isRefittable())
        throw Failure("BUILD_OPTION_UNSUPPORTED", "This engine takes no new weights: it was not built to be refitted.",
                      "Build it again with --refit or --strip.", {{"option", "refit"}});
    if (!refitter)
        throw Failure("BUILD_FAILED", "The library could not make a refitter: " + engine.recorder().first("it gave no reason") + ".",
                      "See the log for the library's own words.");
    refitter->setErrorRecorder(engine.recorder().raw());
    const auto all = [&](std::int32_t size, const char** names) { return refitter->getAllWeights(size, names); };
    const auto missing = [&](std::int32_t size, const char** names) { return refitter->getMissingWeights(size, names); };
    reply.names = namesOf(all);
    const auto began = std::chrono::steady_clock::now();
    const std::vector<char> onnx = request.onnx ? readFile(*request.onnx) : std::vector<char>();
    std::optional<abi::Owned<abi::ParserRefitter>> parser;
    if (request.onnx)
        parser.emplace(setFromOnnx(*library, *refitter, *request.onnx, onnx, reply));
    else
        setWeights(*refitter, request.weights, reply);
    token.throwIfCancelled();
    reply.missing = namesOf(missing);
    if (request.onnx) reply.set = reply.names.size() - std::min(reply.names.size(), reply.missing.size());
    reply.refitted = reply.missing.empty() && reply.errors.empty() && reply.refused.empty() && refitter->refitCudaEngine();
    reply.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    for (const std::string& message : engine.recorder().messages()) reply.errors.push_back(message);
    if (!reply.refitted) return reply;
    reply.bytesWith = write(engine.raw(), true, request.outWith, reply.flagsWith);
    reply.bytesWithout = write(engine.raw(), false, request.outWithout, reply.flagsWithout);
    return reply;
}

}  // namespace enginesmith::trt
