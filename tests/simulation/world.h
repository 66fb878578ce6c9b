#pragma once

// Runs one schedule from its first frame to its last, in fake time, and asks
// the oracle:
//
//   const Report report = RunWorld(MakeSchedule(7));
//   EXPECT_TRUE(report.violations.empty());

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/simulation/schedule.h"
#include "tests/simulation/trace.h"

namespace walnats::simulation {

struct Report {
  std::vector<std::string> violations;
  uint64_t trace_hash = 0;
  // What happened, for those who doubt that anything did.
  absl::Duration took;  // virtual
  int emitted = 0;      // acked
  int stored = 0;
  int calls = 0;
  int dead = 0;
  int redriven = 0;  // and settled
  int remade = 0;    // streams, and calls of their messages
  int calls_of_remade = 0;
};

// `reader` gets every line of the trace as it happens. Ends the program, naming
// the seed, if the world does not get on.
Report RunWorld(const Schedule& schedule, Trace::Reader reader = nullptr);

}  // namespace walnats::simulation
