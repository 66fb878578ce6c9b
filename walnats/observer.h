#pragma once

// Sees every job of every actor, for counts, logs and metrics:
//
//   class Counter : public walnats::Observer {
//     void OnEnd(const walnats::Context& context,
//                const walnats::JobEnd& end) override {
//       if (end.verdict == walnats::JobVerdict::kDead) ++dead_;
//     }
//   };

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/context.h"
#include "walnats/health.h"

namespace walnats {

// How an attempt ended.
enum class JobVerdict {
  kHandled,  // acked
  kRetry,    // comes again after JobEnd::delay
  kDead,     // stored as a dead letter, then terminated
  kLost,     // its deadline had passed (stalled process, lost connection):
             // left to the server, which delivers it again
};

struct JobEnd {
  JobVerdict verdict;
  const absl::Status& status;  // the handler's, or what stood in for it
  absl::Duration delay;        // of kRetry
  absl::Duration duration;     // of the handler; zero if it did not run
};

// Called on the connection's thread, inside the message's way: be quick and do
// not throw. One Observer serves all actors of a Services.
class Observer {
 public:
  virtual ~Observer() = default;

  // Before the handler. Not called for messages that never reach it.
  virtual void OnStart(const Context&) {}

  // Once per attempt, also for those that never reached the handler
  // (undecodable, above max_attempts). Not for what a drain hands back.
  virtual void OnEnd(const Context&, const JobEnd&) {}

  // A condition of Health has begun, or ended (`begun` is false).
  virtual void OnCondition(const Condition&, bool /*begun*/) {}
};

}  // namespace walnats
