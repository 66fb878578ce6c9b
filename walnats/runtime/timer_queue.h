#pragma once

// All timers of one thread over one alarm: a Clock whose Timers cost a tree
// node each and no system call. The shell that owns the alarm (RealClock, a
// test's FakeClock) calls RunDue when it rings.
//
//   Timer timer(queue, [this] { CheckDeadlines(); });
//   timer.Set(queue.Now() + absl::Seconds(1));

#include <functional>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "walnats/clock.h"

namespace walnats {

class TimerQueue;

// Fires its function once per Set, on the queue's thread. Used on that thread
// only; outlives neither the queue nor what the function refers to.
class Timer {
 public:
  Timer(TimerQueue& queue, std::function<void()> fire)
      : queue_(queue), fire_(std::move(fire)) {}
  ~Timer() { Cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Set(absl::Time when);  // replaces an earlier Set
  void Cancel();
  bool armed() const { return armed_; }
  absl::Time when() const { return when_; }

 private:
  friend class TimerQueue;
  TimerQueue& queue_;
  std::function<void()> fire_;
  absl::Time when_ = absl::InfiniteFuture();
  bool armed_ = false;
};

class TimerQueue : public Clock {
 public:
  // Fires what is due at `now`, in order of time; timers set meanwhile for
  // `now` or earlier fire in the next call.
  void RunDue(absl::Time now);

  // When RunDue has something to do; InfiniteFuture if never.
  absl::Time next() const;

  // `executor` is the thread of the timers.
  explicit TimerQueue(Executor executor) : executor_(std::move(executor)) {}
  Task<void> Sleep(absl::Duration duration) override;
  const Executor& executor() const { return executor_; }

 protected:
  // The earliest time has become `when`, earlier than it was.
  virtual void OnEarlier(absl::Time when) = 0;

 private:
  friend class Timer;
  Executor executor_;
  std::set<std::pair<absl::Time, Timer*>> timers_;
};

}  // namespace walnats
