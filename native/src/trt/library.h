#pragma once
#include <memory>
#include <string>

#include "abi/version.h"
#include "generated/abi_objects.h"
#include "loader/library.h"

namespace enginesmith::trt {

/// A TensorRT or TensorRT-RTX with its ONNX parser, open in this process; stays open until the process ends.
class Library {
public:
    /// Opens both files, or gives the one of before. Null with the reason in `reason`.
    static std::shared_ptr<Library> open(const std::string& path, const std::string& parserPath, std::string& reason);
    /// Like open, but throws BACKEND_MISSING.
    static std::shared_ptr<Library> require(const std::string& path, const std::string& parserPath);

    const abi::Table& table() const noexcept { return table_; }
    abi::Flavour flavour() const noexcept { return flavour_; }
    bool isRtx() const noexcept { return flavour_ == abi::Flavour::tensorrtRtx; }
    /// `1.7.1.116`.
    const std::string& version() const noexcept { return version_; }
    const std::string& path() const noexcept { return path_; }
    const std::string& parserPath() const noexcept { return parserPath_; }
    /// Empty unless the library is newer than the tables.
    const std::string& warning() const noexcept { return warning_; }

    /// Null objects where the library refuses; the caller has made sure that a driver and a GPU are there where the library needs them.
    abi::Builder createBuilder() const;
    abi::Parser createParser(const abi::NetworkDefinition& network) const;
    abi::Runtime createRuntime() const;
    abi::Refitter createRefitter(const abi::CudaEngine& engine) const;
    abi::ParserRefitter createParserRefitter(const abi::Refitter& refitter) const;

private:
    Library(std::shared_ptr<loader::SharedLibrary> core, const abi::Gate& gate)
        : core_(std::move(core)), table_(*gate.table), flavour_(gate.flavour), warning_(gate.warning) {}
    bool openParser(const std::string& parserPath, std::string& reason);

    std::shared_ptr<loader::SharedLibrary> core_;
    std::shared_ptr<loader::SharedLibrary> parser_;
    abi::Table table_;
    abi::Flavour flavour_;
    std::string warning_;
    std::string version_;
    std::string path_;
    std::string parserPath_;
};
using LibraryPtr = std::shared_ptr<Library>;

}  // namespace enginesmith::trt
