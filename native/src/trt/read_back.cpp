#include "trt/read_back.h"

#include <algorithm>

#include "trt/options.h"
#include "trt/profile.h"

namespace enginesmith::trt {
namespace {

constexpr const char* kEngine = "engine";

class EngineRows {
public:
    EngineRows(const Engine& engine, const BuildRequest& request, BuildReply& reply) : engine_(engine), request_(request), reply_(reply) {}

    void write() {
        const EngineDescription description = engine_.describe();
        // An engine for identical weights takes them, and still says of itself that it is not refittable.
        const bool identicalAlone = (request_.refitIdentical || request_.strip) && !request_.refit;
        if (!identicalAlone) flag("refit", request_.refit, description.refittable);
        count("profiles", std::max<std::size_t>(request_.profiles.size(), 1), static_cast<std::size_t>(engine_.profileCount()));
        profiles(description);
        types(reply_.inputs, description.inputs, "input");
        types(reply_.outputs, description.outputs, "output");
        names();
        if (request_.hardwareCompat)
            compare("hardwareCompat", request_.hardwareCompat, nameOf(engine_.raw().getHardwareCompatibilityLevel()));
        // Small weights are never streamed: none to stream does not make the option void.
        if (request_.weightStreaming && engine_.raw().getStreamableWeightsSize() > 0) flag("weightStreaming", true, true);
        if (request_.maxAuxStreams) {
            // The option is the most that may be used: fewer is as asked.
            const std::int32_t used = engine_.raw().getNbAuxStreams();
            put("maxAuxStreams", std::to_string(*request_.maxAuxStreams), std::to_string(used), used <= *request_.maxAuxStreams);
        }
    }

private:
    void put(const std::string& option, std::optional<std::string> requested, std::string achieved, std::optional<bool> same) {
        putRow(reply_.readBacks, {option, std::move(requested), std::move(achieved), same, kEngine});
    }
    void compare(const char* option, const std::optional<std::string>& requested, const std::string& achieved) {
        put(option, requested, achieved, requested ? std::optional<bool>(*requested == achieved) : std::nullopt);
    }
    void flag(const char* option, bool requested, bool achieved) { compare(option, requested ? "on" : "off", achieved ? "on" : "off"); }
    void count(const char* option, std::size_t requested, std::size_t achieved) {
        compare(option, std::to_string(requested), std::to_string(achieved));
    }
    void names() {
        if (request_.profilingVerbosity)
            compare("profilingVerbosity", request_.profilingVerbosity, nameOf(engine_.raw().getProfilingVerbosity()));
        if (!request_.engineName) return;
        const char* name = engine_.raw().getName();
        compare("engineName", request_.engineName, name != nullptr ? name : "");
    }
    /// What the engine will take, in the place of what the profile took: a builder may narrow a range.
    void profiles(const EngineDescription& description) {
        for (std::size_t index = 0; index < request_.profiles.size() && index < description.profiles.size(); ++index) {
            for (const ProfileInput& asked : request_.profiles[index]) {
                const auto& got = description.profiles[index];
                const auto found =
                    std::find_if(got.begin(), got.end(), [&](const ProfileInput& input) { return input.name == asked.name; });
                const std::string requested = profileText(asked);
                const std::string achieved = found == got.end() ? "missing" : profileText(*found);
                put("profile " + std::to_string(index) + " " + asked.name, requested, achieved, requested == achieved);
            }
        }
    }
    void types(const std::vector<TensorSpec>& asked, const std::vector<TensorSpec>& got, const char* kind) {
        for (const TensorSpec& spec : asked) {
            const auto found = std::find_if(got.begin(), got.end(), [&](const TensorSpec& other) { return other.name == spec.name; });
            const std::string achieved = found == got.end() ? "missing" : found->dtype;
            put(std::string(kind) + " " + spec.name, spec.dtype, achieved, spec.dtype == achieved);
        }
    }

    const Engine& engine_;
    const BuildRequest& request_;
    BuildReply& reply_;
};

/// Lower numbers first: sm86 comes before sm120.
std::string sortedText(std::vector<std::string> targets) {
    std::sort(targets.begin(), targets.end(),
              [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
    std::string all;
    for (const std::string& target : targets) all += (all.empty() ? "" : ",") + target;
    return all;
}

}  // namespace

void putRow(std::vector<ReadBack>& rows, ReadBack row) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const ReadBack& other) { return other.option == row.option; });
    if (found == rows.end()) {
        rows.push_back(std::move(row));
    } else {
        *found = std::move(row);
    }
}

ReadBack headerRow(const std::vector<std::string>& requested, const EngineHeader& header) {
    const std::string achieved = sortedText(header.targets);
    if (requested.empty()) return {"targets", std::nullopt, achieved, std::nullopt, "engine header"};
    const std::string asked = sortedText(requested);
    return {"targets", asked, achieved, asked == achieved, "engine header"};
}

void readEngine(const LibraryPtr& library, const BuildRequest& request, const abi::HostMemory& plan, Events& events, BuildReply& reply) {
    std::string reason;
    // Its host code is this library's own: it was built a moment ago.
    const auto engine = Engine::open(library, plan.data(), plan.size(), true, events, reason);
    if (!engine) {
        reply.notReadBack = reason;
        return;
    }
    EngineRows(*engine, request, reply).write();
    reply.inspector = engine->inspectAt(request.profiles.empty() ? Profile() : request.profiles.front());
}

}  // namespace enginesmith::trt
