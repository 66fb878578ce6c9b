#include "walnats/testing/attempt.h"

#include <ostream>

#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

std::string Outcome(const Attempt& attempt) {
  switch (attempt.verdict) {
    case JobVerdict::kHandled:
      return "handled";
    case JobVerdict::kRetry:
      return Cat("retried after ", absl::FormatDuration(attempt.delay), ": ",
                 attempt.status.ToString());
    case JobVerdict::kDead:
      return Cat("dead: ", attempt.status.ToString());
    case JobVerdict::kLost:
      return Cat("lost: ", attempt.status.ToString());
  }
  return "?";
}

}  // namespace

void PrintTo(const Attempt& attempt, std::ostream* out) {
  *out << "attempt " << attempt.number << " of " << attempt.actor << " at "
       << attempt.event << " " << attempt.sequence << " at "
       << absl::FormatTime(attempt.time, absl::UTCTimeZone()) << ": "
       << Outcome(attempt);
}

}  // namespace walnats::testing
