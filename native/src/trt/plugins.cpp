#include "trt/plugins.h"

#include <map>
#include <mutex>

#include "loader/image.h"
#include "loader/library.h"
#include "trt/logger.h"

namespace enginesmith::trt {
namespace {

using InitPlugins = bool (*)(void* logger, const char* space);

Failure notLoaded(const std::string& path, const std::string& reason) {
    return {"PLUGIN_NOT_LOADED",
            "The plugin library " + path + " cannot be used: " + reason + ".",
            "Choose a library that is built for this system and this version of TensorRT, or leave it out.",
            {{"path", path}, {"reason", reason}}};
}

/// Opens a library once a process. Its static objects register their creators while it opens.
void openOnce(const Library& library, const std::string& path, Events& events) {
    static std::mutex mutex;
    static auto* const open = new std::map<std::string, std::shared_ptr<loader::SharedLibrary>>;
    const std::lock_guard<std::mutex> lock(mutex);
    if (open->count(path) > 0) return;
    std::string reason = loader::inspectImage(path);
    const auto handle = reason.empty() ? loader::SharedLibrary::open(path, reason) : nullptr;
    if (!handle) throw notLoaded(path, reason);
    if (const auto init = handle->function<InitPlugins>("initLibNvInferPlugins")) {
        if (!init(processLogger(library.table()), "")) throw notLoaded(path, "it could not register its plugins");
    }
    events.log(LogLevel::info, "enginesmith", "The plugin library " + path + " is open.");
    (*open)[path] = handle;
}

}  // namespace

Plugins::Plugins(const Library& library, const std::vector<std::string>& paths, Events& events) : paths_(paths) {
    for (const std::string& path : paths_) openOnce(library, path, events);
}

void Plugins::serializeWith(Network& network, bool versionCompatible) const {
    if (paths_.empty() || !versionCompatible || !network.table().has(abi::Method::BuilderConfig_setPluginsToSerialize)) return;
    std::vector<const char*> names;
    for (const std::string& path : paths_) names.push_back(path.c_str());
    network.config().setPluginsToSerialize(names.data(), static_cast<std::int32_t>(names.size()));
}

}  // namespace enginesmith::trt
