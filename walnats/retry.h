#pragma once

// What becomes of a message after its handler, decided in one function from
// the handler's Status:
//
//   OK                                        -> ack
//   InvalidArgument, OutOfRange,
//   Unimplemented, DataLoss                   -> dead at once: trying again
//                                                cannot help
//   anything else                             -> nak with the attempt's delay;
//                                                after the last attempt, dead
//
// Bytes that cannot be decoded are DataLoss; an exception that leaves the
// handler is kInternal; a job over its job_timeout is kDeadlineExceeded.

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace walnats {

inline constexpr int kUnlimitedAttempts = std::numeric_limits<int>::max();

// When a message is tried again. All of it may change with every deploy.
struct RetryPolicy {
  // Deliveries of a message, the first one included; at least 1. Counted from
  // the server's delivery count, so an attempt that a crash cut short counts.
  int max_attempts = 10;

  // Before the second attempt, the third, ...; the last one repeats. Each
  // above zero. A waiting message holds a place of max_ack_pending.
  std::vector<absl::Duration> delays = {absl::Seconds(1), absl::Seconds(5),
                                        absl::Seconds(30), absl::Minutes(2)};

  // 0 to 1: each delay is multiplied by a random factor from 1 - jitter to
  // 1 + jitter, so that what failed together does not return together.
  double jitter = 0.2;
};

enum class Verdict { kAck, kRetry, kDead };

struct Outcome {
  Verdict verdict;
  absl::Duration delay;  // of kRetry, at least 1 ms
};

// `attempt` is 1 for the first delivery; `random` is uniform in [0, 1).
Outcome Decide(const absl::Status& status, int64_t attempt,
               const RetryPolicy& policy, double random);

// Whether `status` is one of the four codes that no retry can mend.
bool IsFatal(const absl::Status& status);

// The delay after failed attempt `attempt`.
absl::Duration RetryDelay(int64_t attempt, const RetryPolicy& policy,
                          double random);

}  // namespace walnats
