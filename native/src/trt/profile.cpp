#include "trt/profile.h"

#include <algorithm>

namespace enginesmith::trt {
namespace {

using abi::OptProfileSelector;

const std::string kRemedy = "Give min, opt and max of every dynamic input, for example x:1x3x32x32/4x3x32x32/8x3x32x32.";

Failure invalid(const std::string& input, const std::string& why) {
    return {"PROFILE_INVALID", "The shapes of input " + input + " cannot be used: " + why + ".", kRemedy, {{"input", input}}};
}

/// The builder must know the values of such an input, not only its sizes.
Failure valuesMissing(const TensorSpec& spec) {
    return {
        "PROFILE_INVALID",
        "The model uses the values of input " + spec.name + " as a shape, and no profile says what they may be.",
        "Give its smallest, usual and largest values in every profile, for example --shapes " + spec.name + ":1x8/4x8/16x8 for two values.",
        {{"input", spec.name}}};
}

bool isDynamic(const TensorSpec& spec) {
    return std::any_of(spec.shape.begin(), spec.shape.end(), [](const Dim& dim) { return std::holds_alternative<std::string>(dim); });
}

/// Every fixed size of the model must be kept, and min <= opt <= max must hold.
void check(const TensorSpec& spec, const ProfileInput& input, bool shapeValues) {
    const std::size_t rank = shapeValues ? input.opt.size() : spec.shape.size();
    if (input.min.size() != rank || input.opt.size() != rank || input.max.size() != rank) {
        throw Failure("SHAPE_CONTRADICTS_MODEL",
                      "Input " + spec.name + " has " + std::to_string(rank) + " dimensions (" + shapeText(spec.shape) +
                          "); the profile gives " + shapeText(input.opt) + ".",
                      kRemedy, {{"input", spec.name}});
    }
    for (std::size_t i = 0; i < rank; ++i) {
        if (input.min[i] > input.opt[i] || input.opt[i] > input.max[i]) {
            throw invalid(spec.name, "min " + shapeText(input.min) + ", opt " + shapeText(input.opt) + " and max " + shapeText(input.max) +
                                         " do not grow in dimension " + std::to_string(i));
        }
        if (shapeValues || !std::holds_alternative<std::int64_t>(spec.shape[i])) continue;
        const std::int64_t fixed = std::get<std::int64_t>(spec.shape[i]);
        if (input.min[i] != fixed || input.max[i] != fixed) {
            throw Failure("SHAPE_CONTRADICTS_MODEL",
                          "Dimension " + std::to_string(i) + " of input " + spec.name + " is " + std::to_string(fixed) +
                              " in the model; the profile gives " + shapeText(input.opt) + ".",
                          "Keep the model's fixed sizes (" + shapeText(spec.shape) + ").", {{"input", spec.name}});
        }
    }
}

class ProfileWriter {
public:
    ProfileWriter(Network& network, const abi::OptimizationProfile& profile) : network_(network), profile_(profile) {}

    std::string write(const ProfileInput& input, bool shapeValues) {
        set(input, OptProfileSelector::kMIN, input.min, shapeValues);
        set(input, OptProfileSelector::kOPT, input.opt, shapeValues);
        set(input, OptProfileSelector::kMAX, input.max, shapeValues);
        const auto back = [&](OptProfileSelector which, const std::vector<std::int64_t>& sizes) {
            return shapeValues ? readValues(input.name, which, sizes.size()) : read(input, which);
        };
        return profileText({input.name, back(OptProfileSelector::kMIN, input.min), back(OptProfileSelector::kOPT, input.opt),
                            back(OptProfileSelector::kMAX, input.max)});
    }

private:
    void set(const ProfileInput& input, OptProfileSelector which, const std::vector<std::int64_t>& sizes, bool shapeValues) {
        const bool taken = shapeValues ? setValues(input.name, which, sizes) : setDimensions(input.name, which, sizes);
        if (!taken)
            throw invalid(input.name,
                          "the library refused " + shapeText(sizes) + " (" + network_.recorder().first("no reason given") + ")");
    }
    bool setDimensions(const std::string& name, OptProfileSelector which, const std::vector<std::int64_t>& sizes) {
        const abi::Dims64 dims = dimsOf(sizes);
        return profile_.setDimensions(name.c_str(), which, &dims);
    }
    bool setValues(const std::string& name, OptProfileSelector which, const std::vector<std::int64_t>& values) {
        const auto count = static_cast<std::int32_t>(values.size());
        if (profile_.has(abi::Method::OptimizationProfile_setShapeValuesV2))
            return profile_.setShapeValuesV2(name.c_str(), which, values.data(), count);
        const std::vector<std::int32_t> narrow(values.begin(), values.end());
        return profile_.setShapeValues(name.c_str(), which, narrow.data(), count);
    }
    std::vector<std::int64_t> readValues(const std::string& name, OptProfileSelector which, std::size_t count) {
        if (profile_.has(abi::Method::OptimizationProfile_getShapeValuesV2)) {
            const std::int64_t* values = profile_.getShapeValuesV2(name.c_str(), which);
            return values != nullptr ? std::vector<std::int64_t>(values, values + count) : std::vector<std::int64_t>();
        }
        const std::int32_t* values = profile_.getShapeValues(name.c_str(), which);
        return values != nullptr ? std::vector<std::int64_t>(values, values + count) : std::vector<std::int64_t>();
    }
    std::vector<std::int64_t> read(const ProfileInput& input, OptProfileSelector which) {
        return sizesOf(profile_.getDimensions(input.name.c_str(), which));
    }

    Network& network_;
    const abi::OptimizationProfile& profile_;
};

}  // namespace

std::string profileText(const ProfileInput& input) {
    return shapeText(input.min) + "/" + shapeText(input.opt) + "/" + shapeText(input.max);
}

std::vector<ReadBack> addProfiles(Network& network, const std::vector<Profile>& profiles) {
    const std::vector<TensorSpec> inputs = network.inputs();
    for (const TensorSpec& spec : inputs) {
        if (profiles.empty() && network.isShapeInput(spec.name)) throw valuesMissing(spec);
        if (profiles.empty() && isDynamic(spec)) {
            throw invalid(spec.name, "it has dynamic dimensions (" + shapeText(spec.shape) + ") and no profile says their sizes");
        }
    }
    std::vector<ReadBack> rows;
    for (std::size_t index = 0; index < profiles.size(); ++index) {
        // The builder owns its profiles and destroys them.
        const abi::OptimizationProfile profile = network.builder().createOptimizationProfile();
        for (const ProfileInput& input : profiles[index]) {
            const auto spec = std::find_if(inputs.begin(), inputs.end(), [&](const TensorSpec& known) { return known.name == input.name; });
            if (spec == inputs.end()) throw invalid(input.name, "the model has no such input");
            const bool shapeValues = network.isShapeInput(input.name);
            check(*spec, input, shapeValues);
            const std::string achieved = ProfileWriter(network, profile).write(input, shapeValues);
            const std::string requested = profileText(input);
            rows.push_back({"profile " + std::to_string(index) + " " + input.name, requested, achieved, requested == achieved,
                            "optimization profile"});
        }
        for (const TensorSpec& spec : inputs) {
            const auto given = std::any_of(profiles[index].begin(), profiles[index].end(),
                                           [&](const ProfileInput& input) { return input.name == spec.name; });
            if (!given && network.isShapeInput(spec.name)) throw valuesMissing(spec);
            if (!given && isDynamic(spec))
                throw invalid(spec.name, "profile " + std::to_string(index) + " leaves it out, and its dimensions are dynamic (" +
                                             shapeText(spec.shape) + ")");
        }
        if (!profile.isValid() || network.config().addOptimizationProfile(profile) < 0) {
            throw Failure("PROFILE_INVALID",
                          "The library refused profile " + std::to_string(index) + ": " + network.recorder().first("no reason given") + ".",
                          kRemedy);
        }
    }
    return rows;
}

}  // namespace enginesmith::trt
