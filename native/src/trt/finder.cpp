#include "trt/finder.h"

namespace enginesmith::trt {
namespace {

struct LibraryNames {
    loader::Names core;
    loader::Names parser;
};

const LibraryNames& namesOf(abi::Flavour flavour) {
#ifdef _WIN32
    static const LibraryNames full{{"nvinfer", {"nvinfer_11.dll", "nvinfer_10.dll"}},
                                   {"nvonnxparser", {"nvonnxparser_11.dll", "nvonnxparser_10.dll"}}};
    static const LibraryNames rtx{
        {"tensorrt_rtx", {"tensorrt_rtx_1_7.dll", "tensorrt_rtx_1_6.dll", "tensorrt_rtx_1_5.dll"}},
        {"tensorrt_onnxparser_rtx",
         {"tensorrt_onnxparser_rtx_1_7.dll", "tensorrt_onnxparser_rtx_1_6.dll", "tensorrt_onnxparser_rtx_1_5.dll"}}};
#else
    static const LibraryNames full{{"libnvinfer.so", {"libnvinfer.so.11", "libnvinfer.so.10"}},
                                   {"libnvonnxparser.so", {"libnvonnxparser.so.11", "libnvonnxparser.so.10"}}};
    static const LibraryNames rtx{{"libtensorrt_rtx.so", {"libtensorrt_rtx.so.1"}},
                                  {"libtensorrt_onnxparser_rtx.so", {"libtensorrt_onnxparser_rtx.so.1"}}};
#endif
    return flavour == abi::Flavour::tensorrt ? full : rtx;
}

class Search {
public:
    explicit Search(abi::Flavour flavour) : flavour_(flavour), names_(namesOf(flavour)) {}

    bool in(const std::vector<loader::Place>& places) {
        for (const loader::Candidate& candidate : loader::candidatesIn(places, names_.core, result.attempts)) {
            if (take(candidate.path, loader::companionOf(candidate.path, names_.core, names_.parser))) return true;
        }
        return false;
    }

    /// What only the system's loader knows: its cache and its configured folders.
    bool byName() {
        for (std::size_t i = 0; i < names_.core.bareNames.size(); ++i) {
            // The loader would open, unseen, the very file that was looked at and refused: a truncated one ends the process.
            if (loader::isInSystemPlaces(names_.core.bareNames[i])) continue;
            if (take(names_.core.bareNames[i], names_.parser.bareNames[i])) return true;
        }
        return false;
    }

    Found result;

private:
    bool take(const std::string& path, const std::string& parser) {
        std::string reason;
        LibraryPtr library = Library::open(path, parser, reason);
        if (library && library->flavour() != flavour_) {
            reason = std::string("it is ") + (library->isRtx() ? "TensorRT-RTX " : "TensorRT ") + library->version() +
                     ", which is another library";
            library = nullptr;
        }
        if (!library) {
            result.attempts.push_back({path, reason});
            return false;
        }
        if (!library->warning().empty()) result.warnings.push_back(library->warning());
        result.library = std::move(library);
        return true;
    }

    abi::Flavour flavour_;
    const LibraryNames& names_;
};

}  // namespace

Found findLibrary(abi::Flavour flavour, const std::vector<loader::Place>& places, bool system) {
    Search search(flavour);
    if (search.in(places)) return std::move(search.result);
    if (system) {
        std::vector<loader::Attempt> named = std::move(search.result.attempts);
        search.result.attempts.clear();
        const bool found = search.in(loader::systemPlaces());
        if (found) {
            search.result.attempts = std::move(named);
            return std::move(search.result);
        }
        // Of the system's many folders only those that have such a file are worth a line.
        for (const loader::Attempt& attempt : search.result.attempts) {
            if (attempt.reason.rfind("there is no ", 0) != 0) named.push_back(attempt);
        }
        search.result.attempts = std::move(named);
        if (search.byName()) return std::move(search.result);
    }
    return std::move(search.result);
}

}  // namespace enginesmith::trt
