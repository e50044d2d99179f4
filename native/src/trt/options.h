#pragma once
#include <string>
#include <vector>

#include "trt/build_types.h"

namespace enginesmith::trt {

/// Whether a library has an option of Build. The names are those of the recipe.
struct OptionSupport {
    std::string name;
    bool available;
    /// Why not, where it is not.
    std::string reason;
    /// The values it has, where it has only some; empty: all.
    std::vector<std::string> values;
};

/// Every option of Build, looked up in the slot table of this flavour and version: an option is there where its calls and flags are.
std::vector<OptionSupport> optionSupport(const Library& library);

/// Throws BUILD_OPTION_UNSUPPORTED for the first thing asked that this library lacks, or that needs another option beside it.
void refuseMissingOptions(const Library& library, const BuildRequest& request);

/// `TensorRT 10.6.0.26`.
std::string libraryName(const Library& library);

std::optional<abi::BuilderFlag> precisionFlag(const std::string& precision);
std::optional<abi::HardwareCompatibilityLevel> hardwareLevel(const std::string& name);
std::string nameOf(std::optional<abi::HardwareCompatibilityLevel> level);
std::optional<abi::TilingOptimizationLevel> tilingLevel(const std::string& name);
std::string nameOf(std::optional<abi::TilingOptimizationLevel> level);
std::optional<abi::RuntimePlatform> platformOf(const std::string& name);
std::string nameOf(std::optional<abi::RuntimePlatform> platform);
std::optional<abi::ProfilingVerbosity> verbosityOf(const std::string& name);
std::string nameOf(std::optional<abi::ProfilingVerbosity> verbosity);

/// Without precision flags the types in the ONNX decide: the library is strongly typed by nature.
bool onlyStronglyTyped(const Library& library);

}  // namespace enginesmith::trt
