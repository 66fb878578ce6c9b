#pragma once

// Where dead messages go before the server is told to forget them.

#include <span>

#include "absl/status/status.h"
#include "walnats/actor/attempt_errors.h"
#include "walnats/actor/job.h"
#include "walnats/task.h"

namespace walnats {

namespace v1 {
class DeadLetter;
}

namespace internal {

class DeadSink {
 public:
  virtual ~DeadSink() = default;

  // OK once it is safe. `letter` stays until the Task has ended.
  virtual Task<absl::Status> Store(const v1::DeadLetter& letter) = 0;
};

// Everything that is known of the job's message and why it died. `errors`: of
// the attempts before.
v1::DeadLetter MakeDeadLetter(const Job& job, const absl::Status& status,
                              std::span<const FailedAttempt> errors,
                              absl::Time now);

}  // namespace internal
}  // namespace walnats
