#include "compare/histogram.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace enginesmith::compare {
namespace {

constexpr int kLowest = -324;
constexpr int kHighest = 308;
constexpr int kNone = std::numeric_limits<int>::min();

/// Powers of ten as the decimal text rounds: pow() may be off by one bit, and 1e-4 must be in the bin that begins at 1e-4.
const std::vector<double>& powers() {
    static const std::vector<double> table = [] {
        std::vector<double> values;
        for (int exponent = kLowest; exponent <= kHighest; ++exponent)
            values.push_back(std::strtod(("1e" + std::to_string(exponent)).c_str(), nullptr));
        values.push_back(std::numeric_limits<double>::infinity());
        return values;
    }();
    return table;
}

double power(int exponent) noexcept { return powers()[static_cast<std::size_t>(exponent - kLowest)]; }

int decadeOf(double value) noexcept {
    int exponent = static_cast<int>(std::floor(std::log10(value)));
    if (exponent < kLowest) return kLowest;
    while (exponent > kLowest && value < power(exponent)) --exponent;
    while (exponent < kHighest && value >= power(exponent + 1)) ++exponent;
    return exponent;
}

}  // namespace

Histogram::Histogram(double atol) : decades_(static_cast<std::size_t>(kHighest - kLowest + 1)), atol_(atol), split_(kNone) {
    if (!(atol > 0) || !std::isfinite(atol)) return;
    const int decade = decadeOf(atol);
    if (power(decade) != atol) split_ = decade;
}

void Histogram::add(double error) noexcept {
    if (error == 0) {
        ++zero_;
        return;
    }
    const int decade = decadeOf(error);
    ++decades_[static_cast<std::size_t>(decade - kLowest)];
    if (decade == split_ && error >= atol_) ++above_;
}

Histogram::Bins Histogram::bins() const {
    Bins bins;
    bins.zero = zero_;
    int first = kNone, last = kNone;
    for (int decade = kLowest; decade <= kHighest; ++decade) {
        if (decades_[static_cast<std::size_t>(decade - kLowest)] == 0) continue;
        if (first == kNone) first = decade;
        last = decade;
    }
    if (first == kNone) return bins;
    for (int decade = first; decade <= last; ++decade) {
        const std::uint64_t count = decades_[static_cast<std::size_t>(decade - kLowest)];
        bins.edges.push_back(decade);
        if (decade == split_) {
            bins.counts.push_back(count - above_);
            bins.edges.push_back(std::log10(atol_));
            bins.counts.push_back(above_);
        } else {
            bins.counts.push_back(count);
        }
    }
    bins.edges.push_back(last + 1);
    return bins;
}

}  // namespace enginesmith::compare
