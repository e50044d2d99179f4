#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "compare/element.h"

namespace enginesmith::compare {

/// Whether both sides name the same winners along the last axis.
class Ranking {
public:
    static constexpr std::size_t kTop = 5;

    void add(const TensorView& reference, const TensorView& candidate);
    /// Share of rows whose candidate winner is a winner of the reference (ties are not a disagreement); empty for rows of under two.
    std::optional<double> argmaxAgreement() const noexcept;
    /// Mean share of the reference's best five that the candidate has too; empty for rows of five or fewer.
    std::optional<double> topAgreement() const noexcept;

private:
    std::uint64_t rows_ = 0;
    std::uint64_t agreeing_ = 0;
    std::uint64_t topRows_ = 0;
    std::uint64_t topShared_ = 0;
};

}  // namespace enginesmith::compare
