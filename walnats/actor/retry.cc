#include "walnats/retry.h"

#include <algorithm>
#include <cassert>

namespace walnats {

bool IsFatal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kDataLoss:
      return true;
    default:
      return false;
  }
}

absl::Duration RetryDelay(int64_t attempt, const RetryPolicy& policy,
                          double random) {
  assert(!policy.delays.empty());
  const auto last = static_cast<int64_t>(policy.delays.size()) - 1;
  const absl::Duration delay =
      policy.delays[std::clamp<int64_t>(attempt - 1, 0, last)];
  const double factor = 1 + policy.jitter * (2 * random - 1);
  // Never zero: that would be redelivered at once (guarantee 5).
  return std::max(delay * factor, absl::Milliseconds(1));
}

Outcome Decide(const absl::Status& status, int64_t attempt,
               const RetryPolicy& policy, double random) {
  if (status.ok()) return {Verdict::kAck, absl::ZeroDuration()};
  if (IsFatal(status) || attempt >= policy.max_attempts) {
    return {Verdict::kDead, absl::ZeroDuration()};
  }
  return {Verdict::kRetry, RetryDelay(attempt, policy, random)};
}

}  // namespace walnats
