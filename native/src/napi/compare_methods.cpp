#include <cmath>
#include <mutex>

#include "compare/comparer.h"
#include "napi/call.h"
#include "napi/engine_methods.h"
#include "napi/from_js.h"
#include "napi/handle.h"
#include "napi/to_js.h"

namespace enginesmith::addon {
namespace {

constexpr napi_type_tag kComparerTag = {0x6e67696e65736d69, 0x7468636f6d706172};

/// A comparer that calls from any worker thread take turns at.
struct SharedComparer {
    explicit SharedComparer(const compare::Options& options) : comparer(options) {}
    std::mutex mutex;
    compare::Comparer comparer;
};

compare::TensorView tensorOf(const Napi::Value& value, std::vector<Napi::Object>& keepAlive) {
    const Params params(value);
    const auto type = compare::elementType(params.text("dtype"));
    if (!type) throw Napi::TypeError::New(value.Env(), "dtype must be one of the contract's");
    const Napi::Uint8Array data = params.bytes("data");
    compare::TensorView view{*type, params.integers("shape"), data.Data(), data.ByteLength()};
    std::uint64_t elements = 1;
    for (const std::int64_t size : view.shape) elements *= static_cast<std::uint64_t>(size);
    if (elements * compare::bytesOf(*type) != view.bytes)
        throw Napi::TypeError::New(value.Env(), "data must have the bytes of shape and dtype");
    keepAlive.push_back(data);
    return view;
}

Json quantilesOf(const std::optional<double> (&values)[3]) {
    return Json::Object{{"p50", orNull(values[0])}, {"p90", orNull(values[1])}, {"p99", orNull(values[2])}};
}

Json toJson(const compare::Detail& detail) {
    Json::Array shape, edges, counts, scatter;
    for (const std::int64_t size : detail.shape) shape.emplace_back(size);
    for (const double edge : detail.histogram.edges) edges.emplace_back(edge);
    for (const std::uint64_t count : detail.histogram.counts) counts.emplace_back(count);
    for (const compare::Point& point : detail.scatter) {
        if (std::isfinite(point.difference))
            scatter.push_back(Json::Object{{"reference", point.reference}, {"difference", point.difference}});
    }
    return Json::Object{{"shape", shape},
                        {"dtype", detail.dtype},
                        {"meanRel", orNull(detail.meanRel)},
                        {"psnr", orNull(detail.psnr)},
                        {"quantiles", quantilesOf(detail.quantiles)},
                        {"relQuantiles", quantilesOf(detail.relQuantiles)},
                        {"firstMismatch", orNull(detail.firstMismatch)},
                        {"worstIndex", orNull(detail.worstIndex)},
                        {"argmaxAgreement", orNull(detail.argmaxAgreement)},
                        {"topKAgreement", orNull(detail.topKAgreement)},
                        {"nanReference", detail.nanReference},
                        {"nanCandidate", detail.nanCandidate},
                        {"histogram", Json::Object{{"edges", edges}, {"counts", counts}, {"zero", detail.histogram.zero}}},
                        {"scatter", scatter}};
}

Json toJson(const compare::Result& result) {
    static constexpr const char* kVerdicts[] = {"pass", "fail", "not-judged"};
    const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
    return Json::Object{{"verdict", kVerdicts[static_cast<int>(result.verdict)]},
                        {"reason", text(result.reason)},
                        {"problem", text(result.problem)},
                        {"bothNan", result.bothNan},
                        {"compared", result.compared},
                        {"maxAbs", orNull(result.maxAbs)},
                        {"meanAbs", orNull(result.meanAbs)},
                        {"maxRel", orNull(result.maxRel)},
                        {"rmse", orNull(result.rmse)},
                        {"cosine", orNull(result.cosine)},
                        {"mismatched", orNull(result.mismatched)},
                        {"requiredAtol", orNull(result.requiredAtol)},
                        {"atol", orNull(result.atol)},
                        {"rtol", orNull(result.rtol)},
                        {"quantilesExact", result.quantilesExact},
                        {"detail", result.detail ? toJson(*result.detail) : Json(nullptr)}};
}

Napi::Value createComparer(const Napi::CallbackInfo& info) {
    const Params params(info[0]);
    compare::Options options;
    options.rule = params.text("rule") == "polygraphy" ? compare::Rule::polygraphy : compare::Rule::numpy;
    options.atol = params.optionalNumber("atol");
    options.rtol = params.optionalNumber("rtol");
    return makeHandle(info.Env(), std::make_shared<SharedComparer>(options), kComparerTag);
}

Napi::Value compareAdd(const Napi::CallbackInfo& info) {
    const auto shared = openHandle<SharedComparer>(info[0], kComparerTag, "the comparer");
    std::vector<Napi::Object> keepAlive;
    const compare::TensorView reference = tensorOf(info[1], keepAlive), candidate = tensorOf(info[2], keepAlive);
    return startCall(
        info.Env(),
        [=]() -> Settle {
            const std::lock_guard<std::mutex> lock(shared->mutex);
            shared->comparer.add(reference, candidate);
            return [](Napi::Env env) { return env.Undefined(); };
        },
        keepAlive);
}

Napi::Value compareFinish(const Napi::CallbackInfo& info) {
    const auto shared = openHandle<SharedComparer>(info[0], kComparerTag, "the comparer");
    return startCall(info.Env(), [=]() -> Settle {
        const std::lock_guard<std::mutex> lock(shared->mutex);
        return [json = toJson(shared->comparer.finish())](Napi::Env env) { return toJs(env, json); };
    });
}

}  // namespace

void exportCompareMethods(Napi::Env env, Napi::Object exports) {
    exports.Set("createComparer", Napi::Function::New(env, createComparer, "createComparer"));
    exports.Set("compareAdd", Napi::Function::New(env, compareAdd, "compareAdd"));
    exports.Set("compareFinish", Napi::Function::New(env, compareFinish, "compareFinish"));
}

}  // namespace enginesmith::addon
