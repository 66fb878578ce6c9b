#pragma once

// Lets a coroutine wait for a call from outside, without Asio's templates in
// the caller:
//
//   Suspension answered;
//   co_await answered.Wait([&] { transport.Publish(message, *this); });
//   ...
//   void Published(...) { answered.Resume(); }

#include <atomic>
#include <memory>

#include "absl/functional/function_ref.h"
#include "walnats/task.h"

namespace walnats {

// Not cancellable: whoever promised to resume it does. One Wait at a time.
class Suspension {
 public:
  Suspension();
  ~Suspension();
  Suspension(const Suspension&) = delete;
  Suspension& operator=(const Suspension&) = delete;

  // Suspends the coroutine, then calls `start`. From then on Resume may come
  // from any thread, also from within `start`.
  Task<void> Wait(absl::FunctionRef<void()> start);

  // Resumes the coroutine on its executor: at once, inside this call, if that
  // is the calling thread's (unless still inside `start`), else posted. Call
  // once per Wait. The Suspension may be gone when this returns.
  void Resume();

 private:
  struct Waiter;
  std::unique_ptr<Waiter> waiter_;
};

}  // namespace walnats
