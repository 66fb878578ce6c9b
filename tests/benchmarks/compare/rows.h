#pragma once

// What is compared with what, and how far we want to get.

#include <span>
#include <string_view>
#include <vector>

#include "tests/benchmarks/compare/measured.h"

namespace walnats::benchmarks {

struct Check {
  enum class Bound { kAtLeast, kAtMost };

  std::string_view what;  // "rate", "client CPU"
  double (*metric)(const Measured& measured);
  Bound bound;
  double target;       // of ours / baseline; of ours alone without a baseline
  bool alone = false;  // of ours alone, although the row has a baseline
  std::string_view unit = {};  // of a figure that is no ratio
  bool exact = false;          // the same on a noisy machine
};

struct Row {
  std::string_view name;
  std::string_view ours;      // contestants
  std::string_view baseline;  // empty: none
  std::vector<Check> checks;  // empty: shown, not judged
};

std::span<const Row> Rows();

}  // namespace walnats::benchmarks
