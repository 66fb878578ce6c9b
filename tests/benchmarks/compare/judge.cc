#include "tests/benchmarks/compare/judge.h"

#include <algorithm>
#include <cmath>

namespace walnats::benchmarks {
namespace {

// Shares of the machine.
constexpr double kQuiet = 0.05;
constexpr double kTooNoisy = 0.30;

// One round of both sides; `baseline` is null if there is none.
struct Pair {
  const Measured* ours;
  const Measured* baseline;

  double others() const {
    return baseline == nullptr ? ours->others
                               : std::fmax(ours->others, baseline->others);
  }
};

std::vector<Pair> PairsOf(const Row& row, const Results& results) {
  std::vector<Pair> pairs;
  const auto ours = results.find(row.ours);
  const auto baseline = results.find(row.baseline);
  if (ours == results.end()) return pairs;
  if (!row.baseline.empty() && baseline == results.end()) return pairs;
  for (size_t i = 0; i < ours->second.size(); ++i) {
    pairs.push_back({&ours->second[i],
                     row.baseline.empty() ? nullptr : &baseline->second[i]});
  }
  return pairs;
}

std::vector<double> ValuesOf(const Check& check, const Row& row,
                             const std::vector<Pair>& pairs) {
  const bool ratio = !check.alone && !row.baseline.empty();
  std::vector<double> values;
  for (const Pair& pair : pairs) {
    double value = check.metric(*pair.ours);
    if (ratio) value /= check.metric(*pair.baseline);
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

Verdict JudgeOne(const Row& row, const Check& check,
                 const std::vector<Pair>& pairs, double tolerance) {
  const std::vector<double> values = ValuesOf(check, row, pairs);
  Verdict verdict{.row = &row, .check = &check};
  if (values.empty()) return verdict;
  std::vector<double> others;
  for (const Pair& pair : pairs) others.push_back(pair.others());
  verdict.others = MedianOf(others);
  const auto [least, most] = std::ranges::minmax(values);
  const bool at_least = check.bound == Check::Bound::kAtLeast;
  verdict.value = MedianOf(values);
  verdict.best = at_least ? most : least;
  const bool noisy = verdict.others > kQuiet && !check.exact;
  const bool too_noisy = noisy && std::ranges::min(others) > kTooNoisy;
  // A lucky round among such noise proves nothing.
  const double judged = noisy && !too_noisy ? verdict.best : verdict.value;
  verdict.score = at_least ? judged / check.target : check.target / judged;
  if (verdict.score >= 1 - tolerance) {
    verdict.outcome = Outcome::kHolds;
  } else {
    verdict.outcome = too_noisy ? Outcome::kTooNoisy : Outcome::kFails;
  }
  return verdict;
}

// A row without checks: its rate, or its latency.
Verdict Show(const Row& row, const std::vector<Pair>& pairs) {
  static constexpr Check kRate = {"rate",
                                  [](const Measured& m) { return m.rate(); },
                                  Check::Bound::kAtLeast, 1};
  static constexpr Check kP50 = {"p50",
                                 [](const Measured& m) { return m.p50_us; },
                                 Check::Bound::kAtMost, 1};
  Verdict verdict{.row = &row, .check = nullptr};
  if (pairs.empty()) return verdict;
  const bool latency = !std::isnan(pairs.front().ours->p50_us);
  verdict.value = MedianOf(ValuesOf(latency ? kP50 : kRate, row, pairs));
  verdict.outcome = Outcome::kHolds;
  return verdict;
}

}  // namespace

std::vector<Verdict> Judge(const Row& row, const Results& results,
                           double tolerance) {
  const std::vector<Pair> pairs = PairsOf(row, results);
  if (row.checks.empty()) return {Show(row, pairs)};
  std::vector<Verdict> verdicts;
  for (const Check& check : row.checks) {
    verdicts.push_back(JudgeOne(row, check, pairs, tolerance));
  }
  return verdicts;
}

}  // namespace walnats::benchmarks
