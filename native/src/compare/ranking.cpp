#include "compare/ranking.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace enginesmith::compare {
namespace {

/// NaN wins nowhere.
double rankable(double value) noexcept { return std::isnan(value) ? -std::numeric_limits<double>::infinity() : value; }

std::size_t winner(const std::vector<double>& row) {
    return static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
}

/// Indices of the best five, ascending; of equal values the earlier.
std::vector<std::size_t> best(const std::vector<double>& row) {
    std::vector<std::size_t> order(row.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(Ranking::kTop);
    std::partial_sort(order.begin(), end, order.end(),
                      [&](std::size_t a, std::size_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
    order.erase(end, order.end());
    std::sort(order.begin(), order.end());
    return order;
}

}  // namespace

void Ranking::add(const TensorView& reference, const TensorView& candidate) {
    if (reference.shape.empty() || reference.shape.back() < 2 || kindOf(reference.type) == Kind::boolean) return;
    const auto width = static_cast<std::size_t>(reference.shape.back());
    const std::size_t count = reference.bytes / bytesOf(reference.type);
    const Reader left(reference), right(candidate);
    std::vector<double> a(width), b(width);
    std::vector<std::size_t> shared;
    for (std::size_t start = 0; start + width <= count; start += width) {
        for (std::size_t i = 0; i < width; ++i) {
            a[i] = rankable(left.real(start + i));
            b[i] = rankable(right.real(start + i));
        }
        ++rows_;
        if (a[winner(b)] == a[winner(a)]) ++agreeing_;
        if (width <= kTop) continue;
        const std::vector<std::size_t> topA = best(a), topB = best(b);
        shared.clear();
        std::set_intersection(topA.begin(), topA.end(), topB.begin(), topB.end(), std::back_inserter(shared));
        ++topRows_;
        topShared_ += shared.size();
    }
}

std::optional<double> Ranking::argmaxAgreement() const noexcept {
    if (rows_ == 0) return std::nullopt;
    return static_cast<double>(agreeing_) / static_cast<double>(rows_);
}

std::optional<double> Ranking::topAgreement() const noexcept {
    if (topRows_ == 0) return std::nullopt;
    return static_cast<double>(topShared_) / static_cast<double>(topRows_ * kTop);
}

}  // namespace enginesmith::compare
