#pragma once

// One attempt of an actor at a message, as the Harness has seen it.

#include <cstdint>
#include <iosfwd>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/observer.h"

namespace walnats::testing {

struct Attempt {
  std::string actor;
  std::string event;
  uint64_t sequence = 0;    // of the message in its stream
  int64_t number = 0;       // 1 is the first attempt at the message
  absl::Time time;          // when it began
  absl::Duration duration;  // of the handler; zero if it did not run

  JobVerdict verdict = JobVerdict::kHandled;
  absl::Status status;   // the handler's, or what stood in for it
  absl::Duration delay;  // before the next attempt; of kRetry
};

// For failing tests.
void PrintTo(const Attempt& attempt, std::ostream* out);

}  // namespace walnats::testing
