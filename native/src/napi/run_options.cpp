#include "napi/run_options.h"

#include <cstring>

namespace enginesmith::addon {
namespace {

trt::WeightBudget::Kind kindOf(const std::string& name) {
    if (name == "share") return trt::WeightBudget::Kind::share;
    return name == "bytes" ? trt::WeightBudget::Kind::bytes : trt::WeightBudget::Kind::automatic;
}

}  // namespace

trt::RunOptions runOptions(const Params& params) {
    trt::RunOptions options;
    if (const auto budget = params.optionalObject("weightBudget"))
        options.weightBudget = trt::WeightBudget{kindOf(budget->text("kind")), budget->optionalNumber("value").value_or(0)};
    options.runtimeCache = params.optionalBytes("runtimeCache");
    return options;
}

Napi::Value cacheToJs(Napi::Env env, const std::vector<char>& bytes) {
    if (bytes.empty()) return env.Null();
    Napi::Uint8Array copy = Napi::Uint8Array::New(env, bytes.size());
    std::memcpy(copy.Data(), bytes.data(), bytes.size());
    return copy;
}

}  // namespace enginesmith::addon
