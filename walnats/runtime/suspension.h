#pragma once

// Lets a coroutine wait for a call from outside, without Asio's templates in
// the caller:
//
//   Suspension answered;
//   co_await answered.Wait([&] { transport.Publish(*this); });
//   ...
//   void Published(...) { answered.Resume(); }

#include <atomic>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>

#include "absl/functional/function_ref.h"
#include "walnats/task.h"

namespace walnats {

// Not cancellable: whoever promised to resume it does, or a coroutine that owns
// its Suspension is never freed. One Wait at a time.
class Suspension {
 public:
  Suspension() = default;
  Suspension(const Suspension&) = delete;
  Suspension& operator=(const Suspension&) = delete;

  // Suspends the coroutine, then calls `start`. From then on Resume may come
  // from any thread, also from within `start`. If the coroutine is cancelled
  // meanwhile, `cancelled` is called, on its executor: Resume is due all the
  // same.
  Task<void> Wait(absl::FunctionRef<void()> start,
                  std::function<void()> cancelled = {});

  // Resumes the coroutine on its executor: at once, inside this call, if that
  // is the calling thread's (unless still inside `start`), else posted. Call
  // once per Wait. The Suspension may be gone when this returns.
  void Resume();

 private:
  enum class State : uint8_t { kIdle, kStarting, kWaiting, kResumed };
  // The suspended coroutine; can be moved, not assigned.
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<>,
                                            void()>::handler_type;

  Handler TakeHandler();

  std::atomic<State> state_ = State::kIdle;
  std::optional<Handler> handler_;
};

}  // namespace walnats
