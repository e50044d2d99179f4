#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/element.h"
#include "compare/histogram.h"
#include "compare/quantiles.h"
#include "compare/ranking.h"
#include "compare/sample.h"
#include "compare/sum.h"

namespace enginesmith::compare {

/// numpy: |a-r| <= atol + rtol*|r|. Polygraphy: |a-r| <= atol or |a-r|/|r| <= rtol.
enum class Rule { numpy, polygraphy };
enum class Verdict { pass, fail, notJudged };

struct Options {
    Rule rule = Rule::numpy;
    /// Empty: the default of the coarser of both dtypes.
    std::optional<double> atol;
    std::optional<double> rtol;
};

struct Detail {
    std::vector<std::int64_t> shape;
    std::string dtype;
    std::optional<double> meanRel;
    /// 20 log10(range of the reference / RMSE); empty where the error is zero.
    std::optional<double> psnr;
    std::optional<double> quantiles[3];
    std::optional<double> relQuantiles[3];
    /// Flat indices, counted on over all input sets.
    std::optional<std::uint64_t> firstMismatch;
    std::optional<std::uint64_t> worstIndex;
    std::optional<double> argmaxAgreement;
    std::optional<double> topKAgreement;
    std::uint64_t nanReference = 0;
    std::uint64_t nanCandidate = 0;
    Histogram::Bins histogram;
    std::vector<Point> scatter;
};

/// Empty numbers: nothing to compute them from.
struct Result {
    Verdict verdict = Verdict::notJudged;
    std::string reason;
    /// The contract's name of what decided; empty for a pass.
    std::string problem;
    std::uint64_t bothNan = 0;
    std::uint64_t compared = 0;
    std::optional<double> maxAbs, meanAbs, maxRel, rmse, cosine;
    std::optional<std::uint64_t> mismatched;
    std::optional<double> requiredAtol;
    std::optional<double> atol, rtol;
    bool quantilesExact = true;
    std::optional<Detail> detail;
};

/// Compares one output over any number of input sets: one pass over the memory of each.
class Comparer {
public:
    explicit Comparer(const Options& options) : options_(options) {}
    void add(const TensorView& reference, const TensorView& candidate);
    Result finish();

private:
    /// Is one side zero, or the same number, everywhere?
    class Spread {
    public:
        void add(double value) noexcept;
        bool isZero() const noexcept { return count_ > 0 && zero_; }
        /// One element alone is not constant: there is nothing it could differ from.
        bool isConstant() const noexcept { return count_ > 1 && same_; }

    private:
        std::uint64_t count_ = 0;
        double first_ = 0;
        bool zero_ = true;
        bool same_ = true;
    };

    void begin(const TensorView& reference, const TensorView& candidate);
    void addReal(std::uint64_t index, double reference, double candidate);
    void addFinite(std::uint64_t index, double reference, double candidate, double distance);
    void mismatch(std::uint64_t index);
    bool passes(double reference, double distance) const noexcept;
    double needed(double reference, double distance) const noexcept;
    void judge(Result& result) const;
    Detail detail();

    Options options_;
    bool begun_ = false;
    std::string problem_;
    std::string problemReason_;
    std::vector<std::int64_t> shape_;
    std::string dtype_;
    double atol_ = 0, rtol_ = 0;
    std::uint64_t total_ = 0, finite_ = 0, nonZero_ = 0, mismatched_ = 0, bothNan_ = 0, foreign_ = 0, nonFiniteMismatch_ = 0;
    std::uint64_t nanReference_ = 0, nanCandidate_ = 0;
    std::optional<std::uint64_t> firstMismatch_, worstIndex_;
    double maxAbs_ = 0, maxRel_ = 0, required_ = 0, lowest_ = 0, highest_ = 0;
    Sum sumAbs_, sumRel_, sumSquares_, dot_, referenceSquares_, candidateSquares_;
    Spread referenceSpread_, candidateSpread_;
    Quantiles quantiles_, relQuantiles_;
    std::optional<Histogram> histogram_;
    Sample sample_;
    Ranking ranking_;
};

}  // namespace enginesmith::compare
