#pragma once
#include <functional>
#include <vector>

#include "cuda/driver.h"
#include "trt/build_types.h"

namespace enginesmith::trt {

/// Throws BUILD_OPTION_UNSUPPORTED, TARGET_UNKNOWN or TARGET_NOT_THIS_GPU for what the library lacks, before anything is parsed:
/// an option that is asked for is never ignored. `gpu` is the one to build on, or null.
void refuseUnsupported(const Library& library, const BuildRequest& request, const cuda::Device* gpu);

/// Whether the network must be created strongly typed.
bool wantsStrongTyping(const Library& library, const BuildRequest& request);

/// Compute capabilities that the library can build for, such as `sm86`; empty where it builds for the GPU it runs on.
std::vector<std::string> buildableTargets(const Library& library);

/// Sets every option on the config and reads each back.
class Configuration {
public:
    Configuration(Network& network, const BuildRequest& request) : network_(network), config_(network.config()), request_(request) {}

    /// Throws where the library refuses a value. `targets` are those of the request or, where it has none, what was chosen.
    void apply(const std::vector<std::string>& targets);
    const std::vector<ReadBack>& readBacks() const noexcept { return readBacks_; }

private:
    void applyTargets(const std::vector<std::string>& targets);
    void applyPrecision();
    void applyEffort();
    void applyMemory();
    void applyPortability();
    void applyNames();
    void applyFlag(const char* option, abi::BuilderFlag flag, bool asked);
    void applyPool(const char* option, abi::MemoryPoolType pool, std::optional<double> asked, double unit);
    void applyNumber(const char* option, std::optional<std::int32_t> asked, abi::Method setter,
                     const std::function<void(std::int32_t)>& set, const std::function<std::int32_t()>& get);
    void note(const char* option, std::optional<std::string> requested, std::optional<std::string> achieved);

    Network& network_;
    const abi::BuilderConfig& config_;
    const BuildRequest& request_;
    std::vector<ReadBack> readBacks_;
};

}  // namespace enginesmith::trt
