#include "walnats/runtime/timer_queue.h"

#include <cassert>

namespace walnats {

void Timer::Set(absl::Time when) { queue_.Insert(*this, when); }

void Timer::Cancel() {
  if (armed_) queue_.Remove(*this);
}

void TimerQueue::Insert(Timer& timer, absl::Time when) {
  const absl::Time before = next();
  const Key key(when, next_order_++);
  if (timer.armed_) {
    auto node = timers_.extract(Key(timer.when_, timer.order_));
    node.key() = key;
    timers_.insert(std::move(node));
  } else {
    timers_.emplace(key, &timer);
  }
  timer.armed_ = true;
  timer.when_ = when;
  timer.order_ = key.second;
  if (when < before) OnEarlier(when);
}

void TimerQueue::Remove(Timer& timer) {
  timers_.erase(Key(timer.when_, timer.order_));
  timer.armed_ = false;
  timer.when_ = absl::InfiniteFuture();
  if (timers_.empty()) OnEmpty();
}

void TimerQueue::RunDue(absl::Time now) {
  const uint64_t end = next_order_;
  auto it = timers_.begin();
  while (it != timers_.end() && it->first.first <= now) {
    if (it->first.second >= end) {  // set by one of the functions below
      ++it;
      continue;
    }
    const Key fired = it->first;
    Timer& timer = *it->second;
    timers_.erase(it);
    timer.armed_ = false;
    timer.when_ = absl::InfiniteFuture();
    // The function may destroy its Timer.
    const std::shared_ptr<std::function<void()>> fire = timer.fire_;
    (*fire)();
    // Whatever stands before `fired` now was set meanwhile.
    it = timers_.upper_bound(fired);
  }
}

absl::Time TimerQueue::next() const {
  return timers_.empty() ? absl::InfiniteFuture()
                         : timers_.begin()->first.first;
}

}  // namespace walnats
