#pragma once
#include <vector>

#include "trt/build_types.h"

namespace enginesmith::trt {

/// Checks the profiles against the network's inputs and adds them to the config; a network with dynamic inputs and no profile is refused.
/// Throws PROFILE_INVALID or SHAPE_CONTRADICTS_MODEL. Gives one row per profile and input, read back.
std::vector<ReadBack> addProfiles(Network& network, const std::vector<Profile>& profiles);

}  // namespace enginesmith::trt
