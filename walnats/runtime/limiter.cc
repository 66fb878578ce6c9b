#include "walnats/runtime/limiter.h"

namespace walnats {

bool Limiter::TryAcquire(Waiter& waiter) {
  const bool turn = told_ == &waiter || waiters_.empty();
  if (free_ > 0 && turn) {
    told_ = nullptr;
    --free_;
    return true;
  }
  if (!waiter.hook_.linked) waiters_.PushBack(waiter);
  return false;
}

void Limiter::Release() {
  ++free_;
  if (telling_) return;
  telling_ = true;
  while (free_ > 0 && !waiters_.empty()) {
    told_ = waiters_.PopFront();
    told_->OnPlace();
  }
  told_ = nullptr;
  telling_ = false;
}

void Limiter::Forget(Waiter& waiter) {
  if (told_ == &waiter) told_ = nullptr;
  waiters_.Remove(waiter);
}

}  // namespace walnats
