#include "napi/results.h"

#include <algorithm>

#include "napi/to_js.h"

namespace enginesmith::addon {
namespace {

template <class T, class F>
Json::Array mapped(const std::vector<T>& items, F convert) {
    Json::Array array;
    array.reserve(items.size());
    for (const T& item : items) array.push_back(convert(item));
    return array;
}

Json sizes(const std::vector<std::int64_t>& values) {
    return mapped(values, [](std::int64_t value) { return Json(value); });
}

Json dim(const trt::Dim& dim) {
    if (const auto* symbol = std::get_if<std::string>(&dim)) return *symbol;
    return std::get<std::int64_t>(dim);
}

Json orNullText(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

Json toJson(const trt::Library& library) {
    return Json::Object{{"flavour", abi::nameOf(library.flavour())},
                        {"path", library.path()},
                        {"parserPath", library.parserPath()},
                        {"version", library.version()},
                        {"table", library.table().name()}};
}

Json toJson(const trt::EngineHeader& header) {
    return Json::Object{{"flavour", header.flavour},
                        {"magic", header.magic},
                        {"version", orNull(header.version)},
                        {"targets", header.targets},
                        {"targetMask", header.targetMask ? Json(static_cast<std::uint64_t>(*header.targetMask)) : Json(nullptr)},
                        {"planOffset", header.planOffset},
                        {"metadata", orNullText(header.metadata)}};
}

Json toJson(const std::vector<trt::TensorSpec>& specs) {
    return mapped(specs, [](const trt::TensorSpec& spec) {
        return Json(Json::Object{{"name", spec.name}, {"dtype", spec.dtype}, {"shape", mapped(spec.shape, dim)}});
    });
}

Json toJson(const trt::BuildReply& reply) {
    return Json::Object{
        {"bytes", reply.bytes},
        {"seconds", reply.seconds},
        {"header", toJson(reply.header)},
        {"readBacks", mapped(reply.readBacks,
                             [](const trt::ReadBack& row) {
                                 return Json(Json::Object{{"option", row.option},
                                                          {"requested", orNull(row.requested)},
                                                          {"achieved", orNull(row.achieved)},
                                                          {"same", orNull(row.same)},
                                                          {"readFrom", row.readFrom}});
                             })},
        {"inspector", orNullText(reply.inspector)},
        {"notReadBack", orNullText(reply.notReadBack)},
        {"timingCache", reply.timingCache ? Json(Json::Object{{"path", reply.timingCache->path},
                                                              {"state", reply.timingCache->state},
                                                              {"bytes", reply.timingCache->bytes}})
                                          : Json(nullptr)},
        {"inputs", toJson(reply.inputs)},
        {"outputs", toJson(reply.outputs)},
        {"networkLayers", reply.networkLayers},
        {"warnings", reply.warnings},
        {"phases",
         mapped(reply.phases,
                [](const trt::PhaseTime& phase) { return Json(Json::Object{{"name", phase.name}, {"seconds", phase.seconds}}); })},
    };
}

Json toJson(const std::vector<trt::OptionSupport>& options) {
    return mapped(options, [](const trt::OptionSupport& option) {
        return Json(Json::Object{{"name", option.name},
                                 {"available", option.available},
                                 {"reason", orNullText(option.reason)},
                                 {"values", option.values.empty() ? Json(nullptr) : Json(option.values)}});
    });
}

Json toJson(const trt::EngineDescription& description) {
    const auto profileInput = [](const trt::ProfileInput& input) {
        return Json(Json::Object{{"name", input.name}, {"min", sizes(input.min)}, {"opt", sizes(input.opt)}, {"max", sizes(input.max)}});
    };
    return Json::Object{
        {"inputs", toJson(description.inputs)},
        {"outputs", toJson(description.outputs)},
        {"profiles", mapped(description.profiles, [&](const trt::Profile& profile) { return Json(mapped(profile, profileInput)); })},
        {"refittable", description.refittable},
        {"inspector", orNullText(description.inspector)},
        {"deviceMemoryBytes", orNull(description.deviceMemoryBytes)}};
}

Json toJson(const trt::WeightStreaming& streaming) {
    return Json::Object{{"streamable", streaming.streamable},
                        {"requested", orNull(streaming.requested)},
                        {"budget", streaming.budget},
                        {"scratch", streaming.scratch}};
}

}  // namespace enginesmith::addon
