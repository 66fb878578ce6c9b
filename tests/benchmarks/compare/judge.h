#pragma once

// Compares pair by pair, and says whether what was found holds.

#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "tests/benchmarks/compare/measured.h"
#include "tests/benchmarks/compare/rows.h"

namespace walnats::benchmarks {

// By contestant, round by round; a round that failed holds nothing but NaN.
using Results = std::map<std::string_view, std::vector<Measured>, std::less<>>;

enum class Outcome {
  kHolds,
  kFails,
  kTooNoisy,    // misses it, but others used so much of the machine
  kUnmeasured,  // a side is missing
};

struct Verdict {
  const Row* row;
  const Check* check;  // null: shown, not judged
  Outcome outcome = Outcome::kUnmeasured;
  double value = kUnknown;  // median of the rounds
  double best = kUnknown;
  double others = kUnknown;  // of the machine, median
  double score = kUnknown;   // 1: as wanted, more is better
};

// `tolerance`: 0.1 lets pass what misses its target by a tenth. Quiet machines
// are judged by the median, noisy ones by their best round. Where noise leaves
// no round in peace, what misses its target by the median is not judged.
std::vector<Verdict> Judge(const Row& row, const Results& results,
                           double tolerance);

}  // namespace walnats::benchmarks
