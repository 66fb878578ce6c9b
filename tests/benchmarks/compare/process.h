#pragma once

// Runs programs of ours, one after the other.

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace walnats::benchmarks {

// Returns what it wrote to stdout. kAborted if it did not end with 0.
absl::StatusOr<std::string> RunProcess(const std::vector<std::string>& argv);

// For such a program: it ends with the one that has started it, and after
// `seconds` at the latest.
void DieWithParent(unsigned seconds);

}  // namespace walnats::benchmarks
