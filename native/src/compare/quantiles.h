#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace enginesmith::compare {

/// Quantiles of non-negative numbers, as numpy's linear interpolation gives them: exact up to `kExact` numbers; beyond, of bins that are
/// 0.2 % wide, in constant memory.
class Quantiles {
public:
    static constexpr std::size_t kExact = std::size_t{1} << 22;

    void add(double value);
    /// Empty where nothing was added. `fraction` 0..1.
    std::optional<double> at(double fraction);
    bool isExact() const noexcept { return bins_.empty(); }

private:
    void spill();
    double binned(double fraction) const;

    std::vector<double> values_;
    std::vector<std::uint64_t> bins_;
    std::uint64_t count_ = 0;
};

}  // namespace enginesmith::compare
