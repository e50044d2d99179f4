#include "compare/quantiles.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace enginesmith::compare {
namespace {

/// Bits of a double that name its bin: 11 of the exponent, 9 of the mantissa. Non-negative doubles are ordered like their bits.
constexpr int kDropped = 64 - 1 - 11 - 9;
constexpr std::size_t kBins = std::size_t{1} << (11 + 9);

std::size_t binOf(double value) noexcept {
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return static_cast<std::size_t>(bits >> kDropped);
}

double edgeOf(std::size_t bin) noexcept {
    const std::uint64_t bits = static_cast<std::uint64_t>(bin) << kDropped;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

}  // namespace

void Quantiles::add(double value) {
    value = std::fabs(value);  // no negative zero
    ++count_;
    if (bins_.empty() && values_.size() < kExact) {
        values_.push_back(value);
        return;
    }
    if (bins_.empty()) spill();
    ++bins_[binOf(value)];
}

void Quantiles::spill() {
    bins_.resize(kBins);
    for (const double value : values_) ++bins_[binOf(value)];
    values_ = {};
}

std::optional<double> Quantiles::at(double fraction) {
    if (count_ == 0) return std::nullopt;
    if (!bins_.empty()) return binned(fraction);
    const double position = fraction * static_cast<double>(values_.size() - 1);
    const auto low = static_cast<std::size_t>(position);
    std::nth_element(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(low), values_.end());
    const double below = values_[low];
    if (low + 1 >= values_.size()) return below;
    const double above = *std::min_element(values_.begin() + static_cast<std::ptrdiff_t>(low) + 1, values_.end());
    return below + (above - below) * (position - static_cast<double>(low));
}

double Quantiles::binned(double fraction) const {
    const auto rank = static_cast<std::uint64_t>(fraction * static_cast<double>(count_ - 1));
    std::uint64_t before = 0;
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        before += bins_[bin];
        if (before > rank) return bin == 0 ? 0 : (edgeOf(bin) + edgeOf(bin + 1)) / 2;
    }
    return 0;
}

}  // namespace enginesmith::compare
