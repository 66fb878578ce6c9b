#pragma once

// Writes down every attempt of every actor.

#include <string>
#include <vector>

#include "walnats/observer.h"
#include "walnats/testing/attempt.h"

namespace walnats::testing {

class AttemptLog final : public Observer {
 public:
  explicit AttemptLog(const Clock& clock) : clock_(clock) {}

  // In the order in which they ended.
  const std::vector<Attempt>& attempts() const { return attempts_; }

 private:
  void OnEnd(const Context& context, const JobEnd& end) override {
    attempts_.push_back({std::string(context.actor()),
                         std::string(context.event()), context.sequence(),
                         context.attempt(), clock_.Now() - end.duration,
                         end.duration, end.verdict, end.status, end.delay});
  }

  const Clock& clock_;
  std::vector<Attempt> attempts_;
};

}  // namespace walnats::testing
