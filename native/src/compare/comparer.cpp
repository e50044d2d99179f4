#include "compare/comparer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace enginesmith::compare {
namespace {

struct Tolerance {
    double atol;
    double rtol;
};

Tolerance defaultOf(ElementType type) noexcept {
    switch (type) {
        case ElementType::float64:
        case ElementType::float32:
            return {1e-4, 1e-3};
        case ElementType::float16:
            return {1e-2, 1e-2};
        case ElementType::bfloat16:
            return {5e-2, 5e-2};
        case ElementType::float8_e4m3fn:
            return {0.125, 0.125};
        case ElementType::float8_e5m2:
            return {0.25, 0.25};
        default:
            return {0, 0};
    }
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
    return text.empty() ? "scalar" : text;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    return text;
}

std::optional<double> finiteOnly(double value) { return std::isfinite(value) ? std::optional<double>(value) : std::nullopt; }

}  // namespace

void Comparer::Spread::add(double value) noexcept {
    if (count_++ == 0) first_ = value;
    if (value != 0) zero_ = false;  // true of NaN as well
    if (value != first_) same_ = false;
}

void Comparer::begin(const TensorView& reference, const TensorView& candidate) {
    begun_ = true;
    shape_ = reference.shape;
    dtype_ = nameOf(reference.type);
    const Tolerance left = defaultOf(reference.type), right = defaultOf(candidate.type);
    atol_ = options_.atol.value_or(std::max(left.atol, right.atol));
    rtol_ = options_.rtol.value_or(std::max(left.rtol, right.rtol));
    histogram_.emplace(atol_);
}

void Comparer::add(const TensorView& reference, const TensorView& candidate) {
    if (!begun_) begin(reference, candidate);
    if (!problem_.empty()) return;
    if (kindOf(reference.type) != kindOf(candidate.type)) {
        problem_ = "dtype";
        problemReason_ = std::string("The reference is ") + nameOf(reference.type) + ", the candidate " + nameOf(candidate.type) + ".";
        return;
    }
    if (reference.shape != candidate.shape) {
        problem_ = "shape";
        problemReason_ = "The reference has shape " + shapeText(reference.shape) + ", the candidate " + shapeText(candidate.shape) + ".";
        return;
    }
    const std::size_t count = reference.bytes / bytesOf(reference.type);
    const Reader left(reference), right(candidate);
    if (kindOf(reference.type) == Kind::floating) {
        for (std::size_t i = 0; i < count; ++i) addReal(total_ + i, left.real(i), right.real(i));
    } else {
        for (std::size_t i = 0; i < count; ++i) {
            const Integer a = left.integer(i), b = right.integer(i);
            referenceSpread_.add(a.toDouble());
            candidateSpread_.add(b.toDouble());
            addFinite(total_ + i, a.toDouble(), b.toDouble(), distance(a, b));
        }
    }
    total_ += count;
    ranking_.add(reference, candidate);
}

void Comparer::addReal(std::uint64_t index, double reference, double candidate) {
    referenceSpread_.add(reference);
    candidateSpread_.add(candidate);
    if (std::isfinite(reference) && std::isfinite(candidate)) {
        addFinite(index, reference, candidate, std::fabs(candidate - reference));
        return;
    }
    const bool nanLeft = std::isnan(reference), nanRight = std::isnan(candidate);
    nanReference_ += nanLeft;
    nanCandidate_ += nanRight;
    if (nanLeft && nanRight) {
        ++bothNan_;
        return;
    }
    if (reference == candidate) return;  // the same infinity
    if (!std::isfinite(candidate)) ++foreign_;
    ++nonFiniteMismatch_;
    mismatch(index);
}

void Comparer::addFinite(std::uint64_t index, double reference, double candidate, double distance) {
    if (finite_ == 0) lowest_ = highest_ = reference;
    ++finite_;
    lowest_ = std::min(lowest_, reference);
    highest_ = std::max(highest_, reference);
    sumAbs_.add(distance);
    sumSquares_.add(distance * distance);
    dot_.add(reference * candidate);
    referenceSquares_.add(reference * reference);
    candidateSquares_.add(candidate * candidate);
    quantiles_.add(distance);
    histogram_->add(std::min(distance, std::numeric_limits<double>::max()));
    sample_.add({reference, candidate - reference});
    if (!worstIndex_ || distance > maxAbs_) {
        maxAbs_ = distance;
        worstIndex_ = index;
    }
    if (reference != 0) {
        const double relative = distance / std::fabs(reference);
        ++nonZero_;
        sumRel_.add(relative);
        relQuantiles_.add(relative);
        maxRel_ = std::max(maxRel_, relative);
    }
    required_ = std::max(required_, needed(reference, distance));
    if (!passes(reference, distance)) mismatch(index);
}

void Comparer::mismatch(std::uint64_t index) {
    ++mismatched_;
    if (!firstMismatch_) firstMismatch_ = index;
}

bool Comparer::passes(double reference, double distance) const noexcept {
    if (options_.rule == Rule::numpy) return distance <= atol_ + rtol_ * std::fabs(reference);
    return distance <= atol_ || distance <= rtol_ * std::fabs(reference);
}

/// The smallest atol with which this element would pass.
double Comparer::needed(double reference, double distance) const noexcept {
    const double relative = rtol_ * std::fabs(reference);
    if (options_.rule == Rule::numpy) return distance - relative;
    return distance <= relative ? 0 : distance;
}

void Comparer::judge(Result& result) const {
    const auto decide = [&](Verdict verdict, const char* problem, std::string reason) {
        result.verdict = verdict;
        result.problem = problem;
        result.reason = std::move(reason);
    };
    if (!problem_.empty()) return decide(Verdict::fail, problem_.c_str(), problemReason_);
    if (total_ == 0) return decide(Verdict::notJudged, "empty", "The output has no elements.");
    if (foreign_ > 0)
        return decide(Verdict::fail, "nan", std::to_string(foreign_) + " elements are NaN or infinite where the reference is not.");
    if (nanReference_ == total_) return decide(Verdict::notJudged, "reference-nan", "The reference is NaN everywhere.");
    if (referenceSpread_.isZero()) return decide(Verdict::notJudged, "reference-constant", "The reference is zero everywhere.");
    if (referenceSpread_.isConstant())
        return decide(Verdict::notJudged, "reference-constant", "The reference is the same number everywhere.");
    if (candidateSpread_.isZero()) return decide(Verdict::fail, "zero", "The output is zero everywhere and the reference is not.");
    if (candidateSpread_.isConstant())
        return decide(Verdict::fail, "constant", "The output is the same number everywhere and the reference is not.");
    if (mismatched_ > 0) {
        return decide(Verdict::fail, "mismatch",
                      std::to_string(mismatched_) + " of " + std::to_string(total_ - bothNan_) + " elements are outside atol " +
                          number(atol_) + ", rtol " + number(rtol_) + ".");
    }
    result.verdict = Verdict::pass;
}

Result Comparer::finish() {
    Result result;
    judge(result);
    if (!begun_) return result;
    result.atol = atol_;
    result.rtol = rtol_;
    if (!problem_.empty()) return result;
    result.bothNan = bothNan_;
    result.compared = total_ - bothNan_;
    if (result.compared > 0) result.mismatched = mismatched_;
    if (result.compared > 0 && nonFiniteMismatch_ == 0) result.requiredAtol = finiteOnly(required_);
    // One error that is not finite makes none of them so; numbers of the rest alone would look harmless.
    if (finite_ > 0 && nonFiniteMismatch_ == 0) {
        const auto count = static_cast<double>(finite_);
        result.maxAbs = finiteOnly(maxAbs_);
        result.meanAbs = finiteOnly(sumAbs_.value() / count);
        result.rmse = finiteOnly(std::sqrt(sumSquares_.value() / count));
        if (nonZero_ > 0) result.maxRel = finiteOnly(maxRel_);
        const double norms = std::sqrt(referenceSquares_.value()) * std::sqrt(candidateSquares_.value());
        if (norms > 0) result.cosine = finiteOnly(std::clamp(dot_.value() / norms, -1.0, 1.0));
    }
    result.quantilesExact = quantiles_.isExact();
    result.detail = detail();
    return result;
}

Detail Comparer::detail() {
    Detail detail;
    detail.shape = shape_;
    detail.dtype = dtype_;
    if (nonZero_ > 0) detail.meanRel = finiteOnly(sumRel_.value() / static_cast<double>(nonZero_));
    const double rmse = finite_ > 0 ? std::sqrt(sumSquares_.value() / static_cast<double>(finite_)) : 0;
    if (rmse > 0 && highest_ > lowest_) detail.psnr = finiteOnly(20 * std::log10((highest_ - lowest_) / rmse));
    constexpr double kFractions[] = {0.5, 0.9, 0.99};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto absolute = quantiles_.at(kFractions[i]), relative = relQuantiles_.at(kFractions[i]);
        if (absolute) detail.quantiles[i] = finiteOnly(*absolute);
        if (relative) detail.relQuantiles[i] = finiteOnly(*relative);
    }
    detail.firstMismatch = firstMismatch_;
    detail.worstIndex = worstIndex_;
    detail.argmaxAgreement = ranking_.argmaxAgreement();
    detail.topKAgreement = ranking_.topAgreement();
    detail.nanReference = nanReference_;
    detail.nanCandidate = nanCandidate_;
    detail.histogram = histogram_->bins();
    detail.scatter = sample_.points();
    return detail;
}

}  // namespace enginesmith::compare
