#pragma once

// A bound on how many things run at once, shared by several actors; places
// are given in the order of asking. One thread.

#include "walnats/base/intrusive_list.h"

namespace walnats {

class Limiter {
 public:
  // Told that it is its turn: calls TryAcquire again if it still wants a place.
  class Waiter {
   public:
    virtual void OnPlace() = 0;

   protected:
    virtual ~Waiter() = default;

   private:
    friend class Limiter;
    ListHook<Waiter> hook_;
  };

  // `limit` > 0.
  explicit Limiter(int limit) : free_(limit) {}

  // Takes a place, or queues `waiter` (once) and returns false.
  bool TryAcquire(Waiter& waiter);

  // Gives a place back and tells the first waiter; if that one does not take
  // it, the next. Inside OnPlace it only counts, so that a chain of short jobs
  // does not grow the stack.
  void Release();

  // Forgets `waiter`: call before it dies.
  void Forget(Waiter& waiter);

  int free() const { return free_; }

 private:
  int free_;
  Waiter* told_ = nullptr;  // whose turn it is
  bool telling_ = false;
  IntrusiveList<Waiter, &Waiter::hook_> waiters_;
};

}  // namespace walnats
