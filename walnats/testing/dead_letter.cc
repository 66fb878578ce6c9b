#include "walnats/testing/dead_letter.h"

#include <ostream>

namespace walnats::testing {

void PrintTo(const DeadLetter& letter, std::ostream* out) {
  *out << "message " << letter.sequence << " of " << letter.event
       << ", dead for " << letter.actor << " after " << letter.attempts
       << " attempts at " << absl::FormatTime(letter.time, absl::UTCTimeZone())
       << ": " << letter.status;
}

}  // namespace walnats::testing
