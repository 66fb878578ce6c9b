#pragma once

// Everything that can be measured, by name. Each measurement runs in a fresh
// process.

#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "tests/benchmarks/compare/measured.h"
#include "tests/benchmarks/compare/setting.h"

namespace walnats::benchmarks {

// What the server must hold before a measurement.
enum class Before { kNothing, kEmptyStream, kFullStream };

struct Contestant {
  std::string_view name;
  Before before;
  // Null for what a script of nats.js measures.
  absl::StatusOr<Measured> (*measure)(const Setting& setting);
  std::string_view script = {};  // with its last argument
  std::string_view argument = {};
  // In the first round only: slow, and not noisy.
  bool once = false;
};

// Baselines stand beside what is compared with them.
std::span<const Contestant> Contestants();
// nullptr if there is none.
const Contestant* FindContestant(std::string_view name);

}  // namespace walnats::benchmarks
