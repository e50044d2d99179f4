#pragma once
#include <vector>

#include "trt/engine.h"

namespace enginesmith::trt {

/// Puts a row in the place of the one of the same option, or at the end: the engine's own word beats the config's.
void putRow(std::vector<ReadBack>& rows, ReadBack row);

/// The targets that the engine's header names beside those that were asked.
ReadBack headerRow(const std::vector<std::string>& requested, const EngineHeader& header);

/// Opens the plan on the GPU that is current and lets engine and inspector tell what was built. Where the engine does not open,
/// `reply.notReadBack` says why.
void readEngine(const LibraryPtr& library, const BuildRequest& request, const abi::HostMemory& plan, Events& events, BuildReply& reply);

}  // namespace enginesmith::trt
