#pragma once

// A bound on how many things run at once, shared by several actors; places
// are given in the order of asking. One thread.

#include "walnats/base/intrusive_list.h"

namespace walnats {

class Limiter {
 public:
  // Told that a place may be free: calls TryAcquire again.
  class Waiter {
   public:
    virtual void OnPlace() = 0;

   protected:
    ~Waiter() = default;

   private:
    friend class Limiter;
    ListHook<Waiter> hook_;
  };

  // `limit` > 0.
  explicit Limiter(int limit) : free_(limit) {}

  // Takes a place, or queues `waiter` (once) and returns false.
  bool TryAcquire(Waiter& waiter);

  // Gives a place back and tells the first waiter.
  void Release();

  // Forgets `waiter`: call before it dies.
  void Forget(Waiter& waiter) { waiters_.Remove(waiter); }

  int free() const { return free_; }

 private:
  int free_;
  IntrusiveList<Waiter, &Waiter::hook_> waiters_;
};

}  // namespace walnats
