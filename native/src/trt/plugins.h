#pragma once
#include <memory>
#include <string>
#include <vector>

#include "trt/network.h"

namespace enginesmith::trt {

/// Libraries with the user's own plugins, open for the rest of the process: their creators stay registered with TensorRT.
class Plugins {
public:
    /// Opens each; one that exports `initLibNvInferPlugins` is asked to register what it has. Throws PLUGIN_NOT_LOADED.
    Plugins(const Library& library, const std::vector<std::string>& paths, Events& events);

    /// Puts the libraries into an engine that is version compatible, so that it can be opened where they are not.
    void serializeWith(Network& network, bool versionCompatible) const;

private:
    const std::vector<std::string>& paths_;
};

}  // namespace enginesmith::trt
