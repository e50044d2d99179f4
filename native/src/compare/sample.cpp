#include "compare/sample.h"

#include <algorithm>
#include <cmath>

namespace enginesmith::compare {

std::uint64_t Sample::random() noexcept {
    // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void Sample::add(const Point& point) {
    if (seen_ == 0 || std::fabs(point.difference) > std::fabs(worst_.difference)) worst_ = point;
    ++seen_;
    if (points_.size() < kSize) {
        points_.push_back(point);
        return;
    }
    const std::uint64_t slot = random() % seen_;
    if (slot < kSize) points_[static_cast<std::size_t>(slot)] = point;
}

std::vector<Point> Sample::points() const {
    std::vector<Point> result = points_;
    const bool there = std::any_of(result.begin(), result.end(), [&](const Point& point) {
        return point.difference == worst_.difference && point.reference == worst_.reference;
    });
    if (!there && !result.empty()) result.back() = worst_;
    return result;
}

}  // namespace enginesmith::compare
