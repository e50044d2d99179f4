#pragma once
#include <cmath>

namespace enginesmith::compare {

/// A sum that keeps what each addition rounds away (Neumaier), so that millions of small errors add up right on every platform.
class Sum {
public:
    void add(double value) noexcept {
        const double next = sum_ + value;
        rest_ += std::fabs(sum_) >= std::fabs(value) ? (sum_ - next) + value : (value - next) + sum_;
        sum_ = next;
    }
    double value() const noexcept { return sum_ + rest_; }

private:
    double sum_ = 0;
    double rest_ = 0;
};

}  // namespace enginesmith::compare
