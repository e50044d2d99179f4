#pragma once
#include "base/json.h"
#include "trt/build_types.h"
#include "trt/engine.h"
#include "trt/library.h"
#include "trt/options.h"
#include "trt/weight_streaming.h"

namespace enginesmith::addon {

/// Results as the contract has them.
Json toJson(const trt::Library& library);
Json toJson(const trt::EngineHeader& header);
Json toJson(const std::vector<trt::TensorSpec>& specs);
Json toJson(const trt::BuildReply& reply);
Json toJson(const std::vector<trt::OptionSupport>& options);
Json toJson(const trt::EngineDescription& description);
Json toJson(const trt::WeightStreaming& streaming);

}  // namespace enginesmith::addon
