#pragma once
#include <cstdint>
#include <vector>

namespace enginesmith::compare {

/// Counts errors by decade; the decade that holds the tolerance is cut in two at it, so that no bin straddles it.
class Histogram {
public:
    /// Bin i counts errors in [10^edges[i], 10^edges[i+1]).
    struct Bins {
        std::vector<double> edges;
        std::vector<std::uint64_t> counts;
        std::uint64_t zero = 0;
    };

    explicit Histogram(double atol);
    /// `error` is finite and not negative.
    void add(double error) noexcept;
    Bins bins() const;

private:
    std::vector<std::uint64_t> decades_;
    /// Of the decade of the tolerance, what lies at or above it.
    std::uint64_t above_ = 0;
    std::uint64_t zero_ = 0;
    double atol_;
    int split_;
};

}  // namespace enginesmith::compare
