#pragma once
#include <string>

namespace enginesmith::loader {

/// Looks at a shared library's own headers before it is opened: a truncated file given to dlopen ends the process with SIGBUS.
/// Returns why it cannot be one for this machine, or an empty string.
std::string inspectImage(const std::string& path);

}  // namespace enginesmith::loader
