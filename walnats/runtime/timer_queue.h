#pragma once

// All timers of one thread over one alarm: a Clock whose Timers cost a tree
// node each and no system call. The shell that owns the alarm (RealClock, a
// test's FakeClock) calls RunDue when it rings.
//
//   Timer timer(queue, [this] { CheckDeadlines(); });
//   timer.Set(queue.Now() + absl::Seconds(1));

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "walnats/clock.h"

namespace walnats {

class TimerQueue;

// Fires its function once per Set, on the queue's thread. Used on that thread
// only; outlives neither the queue nor what the function refers to. The
// function may set, cancel and destroy any Timer, its own too.
class Timer {
 public:
  Timer(TimerQueue& queue, std::function<void()> fire)
      : queue_(queue),
        fire_(std::make_shared<std::function<void()>>(std::move(fire))) {}
  ~Timer() { Cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Set(absl::Time when);  // replaces an earlier Set
  void Cancel();
  bool armed() const { return armed_; }
  absl::Time when() const { return when_; }  // InfiniteFuture if not armed

 private:
  friend class TimerQueue;
  TimerQueue& queue_;
  std::shared_ptr<std::function<void()>> fire_;  // survives its Timer
  absl::Time when_ = absl::InfiniteFuture();
  uint64_t order_ = 0;
  bool armed_ = false;
};

class TimerQueue : public Clock {
 public:
  // `executor` is the thread of the timers.
  explicit TimerQueue(Executor executor) : executor_(std::move(executor)) {}

  // Drops the coroutines that still sleep; their executors must exist.
  ~TimerQueue() override;

  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Fires what is due at `now`, in order of time and, at the same time, of
  // Set; timers set meanwhile for `now` or earlier fire in the next call.
  void RunDue(absl::Time now);

  // When RunDue has something to do; InfiniteFuture if never.
  absl::Time next() const;

  Task<void> Sleep(absl::Duration duration) override;
  const Executor& executor() const { return executor_; }

 protected:
  // The earliest time has become `when`, earlier than it was.
  virtual void OnEarlier(absl::Time when) = 0;

  // The last timer was cancelled.
  virtual void OnEmpty() {}

 private:
  friend class Timer;
  class Sleeper;
  using Key = std::pair<absl::Time, uint64_t>;  // when, order of Set

  void Insert(Timer& timer, absl::Time when);
  void Remove(Timer& timer);

  Executor executor_;
  std::map<Key, Timer*> timers_;
  uint64_t next_order_ = 0;
  std::set<std::shared_ptr<Sleeper>> sleepers_;
};

}  // namespace walnats
