#pragma once
#include "trt/build_types.h"

namespace enginesmith::trt {

/// Parses, configures, builds, writes `request.out` in one step, and reads back what was built. Throws Failure.
BuildReply buildEngine(const LibraryPtr& library, const BuildRequest& request, Events& events, const CancelTokenPtr& token);

}  // namespace enginesmith::trt
