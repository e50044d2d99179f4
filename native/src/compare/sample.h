#pragma once
#include <cstdint>
#include <vector>

namespace enginesmith::compare {

/// A reference value and how far the candidate is from it (signed).
struct Point {
    double reference;
    double difference;
};

/// An even sample of any number of points (algorithm R with a fixed seed: the same tensors give the same sample), the worst always in it.
class Sample {
public:
    static constexpr std::size_t kSize = 2000;

    void add(const Point& point);
    std::vector<Point> points() const;

private:
    std::uint64_t random() noexcept;

    std::vector<Point> points_;
    Point worst_{0, 0};
    std::uint64_t seen_ = 0;
    std::uint64_t state_ = 0x9E3779B97F4A7C15u;
};

}  // namespace enginesmith::compare
