#pragma once
#include <vector>

#include "trt/build_types.h"

namespace enginesmith::trt {

/// `1x3/4x3/8x3`: min, opt and max as they are written everywhere.
std::string profileText(const ProfileInput& input);

/// Checks the profiles against the network's inputs and adds them to the config; a network with dynamic inputs and no profile is refused.
/// Throws PROFILE_INVALID or SHAPE_CONTRADICTS_MODEL. Gives one row per profile and input, read back.
std::vector<ReadBack> addProfiles(Network& network, const std::vector<Profile>& profiles);

}  // namespace enginesmith::trt
