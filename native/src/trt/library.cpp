#include "trt/library.h"

#include <map>
#include <mutex>

#include "base/failure.h"
#include "base/file.h"
#include "loader/image.h"
#include "trt/logger.h"

namespace enginesmith::trt {
namespace {

using VersionFunction = std::int32_t (*)();
using CreateFunction = void* (*)(void*, std::int32_t);
using CreateParserFunction = void* (*)(void*, void*, std::int32_t);

constexpr const char* kVersion = "getInferLibVersion";
constexpr const char* kCreateBuilder = "createInferBuilder_INTERNAL";
constexpr const char* kCreateRuntime = "createInferRuntime_INTERNAL";
constexpr const char* kCreateParser = "createNvOnnxParser_INTERNAL";
constexpr const char* kCreateRefitter = "createInferRefitter_INTERNAL";
constexpr const char* kCreateParserRefitter = "createNvOnnxParserRefitter_INTERNAL";
constexpr const char* kParserVersion = "getNvOnnxParserVersion";

std::int32_t parserVersion(const loader::SharedLibrary& parser) {
    constexpr std::int32_t kFirstVersion = 100;  // of parsers before getNvOnnxParserVersion: 0.1.0
    const auto version = parser.function<VersionFunction>(kParserVersion);
    return version != nullptr ? version() : kFirstVersion;
}

std::shared_ptr<loader::SharedLibrary> openImage(const std::string& path, std::string& reason) {
    if (pathOf(path).has_parent_path()) {
        reason = loader::inspectImage(path);
        if (!reason.empty()) return nullptr;
    }
    return loader::SharedLibrary::open(path, reason);
}

/// Four parts where the library tells them, three from its number otherwise.
std::string fullVersion(const loader::SharedLibrary& library, std::int32_t number) {
    std::string text;
    for (const char* part : {"Major", "Minor", "Patch", "Build"}) {
        const auto tell = library.function<VersionFunction>((std::string("getInferLib") + part + "Version").c_str());
        if (tell == nullptr) return abi::versionText(number);
        text += (text.empty() ? "" : ".") + std::to_string(tell());
    }
    return text;
}

}  // namespace

bool Library::openParser(const std::string& parserPath, std::string& reason) {
    if (parserPath.empty()) {
        reason = "there is no ONNX parser beside it";
        return false;
    }
    std::string why;
    parser_ = openImage(parserPath, why);
    if (!parser_) {
        reason = "its ONNX parser " + parserPath + " could not be opened: " + why;
        return false;
    }
    if (parser_->symbol(kCreateParser) == nullptr) {
        reason = std::string("its ONNX parser ") + parserPath + " lacks the symbol " + kCreateParser;
        return false;
    }
    parserPath_ = parserPath;
    return true;
}

LibraryPtr Library::open(const std::string& path, const std::string& parserPath, std::string& reason) {
    static std::mutex mutex;
    static auto* const open = new std::map<std::string, LibraryPtr>;
    const std::lock_guard<std::mutex> lock(mutex);
    const std::string key = path + '\n' + parserPath;
    const auto found = open->find(key);
    if (found != open->end()) return found->second;

    auto core = openImage(path, reason);
    if (!core) return nullptr;
    for (const char* symbol : {kVersion, kCreateBuilder, kCreateRuntime}) {
        if (core->symbol(symbol) == nullptr) {
            reason = std::string("it lacks the symbol ") + symbol;
            return nullptr;
        }
    }
    const std::int32_t number = core->function<VersionFunction>(kVersion)();
    const abi::Gate gate = abi::gate(number);
    if (!gate.table) {
        reason = gate.refusal;
        return nullptr;
    }
    LibraryPtr library(new Library(core, gate));
    library->version_ = fullVersion(*core, number);
    library->path_ = path;
    if (!library->openParser(parserPath, reason)) return nullptr;
    (*open)[key] = library;
    return library;
}

LibraryPtr Library::require(const std::string& path, const std::string& parserPath) {
    std::string reason;
    if (auto library = open(path, parserPath, reason)) return library;
    throw Failure("BACKEND_MISSING", "The library " + path + " cannot be used: " + reason + ".",
                  "Choose another library, or install it anew.", {{"path", path}, {"reason", reason}});
}

abi::Builder Library::createBuilder() const {
    return {table_, core_->function<CreateFunction>(kCreateBuilder)(processLogger(table_), table_.version())};
}

abi::Runtime Library::createRuntime() const {
    return {table_, core_->function<CreateFunction>(kCreateRuntime)(processLogger(table_), table_.version())};
}

abi::Parser Library::createParser(const abi::NetworkDefinition& network) const {
    return {table_, parser_->function<CreateParserFunction>(kCreateParser)(network.raw(), processLogger(table_), parserVersion(*parser_))};
}

abi::Refitter Library::createRefitter(const abi::CudaEngine& engine) const {
    const auto create = core_->function<CreateParserFunction>(kCreateRefitter);
    return {table_, create == nullptr ? nullptr : create(engine.raw(), processLogger(table_), table_.version())};
}

abi::ParserRefitter Library::createParserRefitter(const abi::Refitter& refitter) const {
    const auto create = parser_->function<CreateParserFunction>(kCreateParserRefitter);
    return {table_, create == nullptr ? nullptr : create(refitter.raw(), processLogger(table_), parserVersion(*parser_))};
}

}  // namespace enginesmith::trt
