#pragma once

// Jobs that all wait equally long for something: since the delay is one, the
// first in is the first due, and the list needs no order of its own. One lazy
// Timer serves it; adding and removing cost a few pointers.

#include <functional>

#include "walnats/actor/job.h"
#include "walnats/base/intrusive_list.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::internal {

template <ListHook<Job> Job::*kHook, absl::Time Job::*kDue>
class DelayList {
 public:
  // `on_due` gets each job that is due; it may Add it again or remove others.
  DelayList(TimerQueue& clock, absl::Duration delay,
            std::function<void(Job&)> on_due)
      : clock_(clock),
        delay_(delay),
        on_due_(std::move(on_due)),
        timer_(clock, [this] { OnTimer(); }) {}

  void Add(Job& job, absl::Time now) {
    job.*kDue = now + delay_;
    jobs_.PushBack(job);
    if (!timer_.armed()) timer_.Set(job.*kDue);
  }

  // The timer is left to fire for nothing: most jobs end long before.
  void Remove(Job& job) { jobs_.Remove(job); }

  // `visit` neither adds nor removes.
  void ForEach(const std::function<void(Job&)>& visit) const {
    for (Job* job = jobs_.front(); job != nullptr; job = jobs_.next(*job)) {
      visit(*job);
    }
  }

  // For the end, with no job left.
  void Stop() { timer_.Cancel(); }

 private:
  void OnTimer() {
    const absl::Time now = clock_.Now();
    for (Job* job = jobs_.front(); job != nullptr && job->*kDue <= now;
         job = jobs_.front()) {
      jobs_.Remove(*job);
      on_due_(*job);
    }
    if (Job* job = jobs_.front()) timer_.Set(job->*kDue);
  }

  TimerQueue& clock_;
  const absl::Duration delay_;
  const std::function<void(Job&)> on_due_;
  IntrusiveList<Job, kHook> jobs_;
  Timer timer_;
};

}  // namespace walnats::internal
