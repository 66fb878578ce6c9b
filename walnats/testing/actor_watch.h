#pragma once

// What the Harness knows of one actor's jobs, and does to them: how many run,
// how many of those sleep, and which attempts fail by order of the test.

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "walnats/actor.h"
#include "walnats/clock.h"

namespace walnats::testing {

// The clock of the actor's handlers, and the shell around its handler. One
// thread; outlives the actor's coroutines.
class ActorWatch final : public Clock {
 public:
  ActorWatch(const Actor& actor, Clock& clock)
      : name_(actor.name()),
        blocking_(actor.handler()->blocking()),
        clock_(clock) {}

  // `actor` with its handler in the shell; `watch` is of this actor.
  static Actor Wrap(const Actor& actor, std::shared_ptr<ActorWatch> watch);

  // The next `count` attempts fail before the handler is called.
  void FailNext(int count, absl::Status status);
  // The status of an attempt that is to fail, which counts; else OK.
  absl::Status TakeFailure();

  const std::string& name() const { return name_; }
  // Coroutine handlers that wait for neither the clock nor a start.
  int outside() const { return running_ - sleeping_; }
  int sleeping() const { return sleeping_; }
  // Those outside are at work on other threads, and end by themselves.
  bool blocking() const { return blocking_; }

  absl::Time Now() const override { return clock_.Now(); }
  Task<void> Sleep(absl::Duration duration) override;

 private:
  class Shell;
  class Count;

  const std::string name_;
  const bool blocking_;
  Clock& clock_;
  int running_ = 0;
  int sleeping_ = 0;
  int failures_ = 0;
  absl::Status failure_;
};

}  // namespace walnats::testing
