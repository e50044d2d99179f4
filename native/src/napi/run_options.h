#pragma once
#include "napi/from_js.h"
#include "trt/loaded_engine.h"

namespace enginesmith::addon {

/// `weightBudget` and `runtimeCache` of a call that runs an engine.
trt::RunOptions runOptions(const Params& params);

/// The bytes of a runtime cache as a Uint8Array; null where there are none.
Napi::Value cacheToJs(Napi::Env env, const std::vector<char>& bytes);

}  // namespace enginesmith::addon
