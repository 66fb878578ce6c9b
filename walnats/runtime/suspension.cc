#include "walnats/runtime/suspension.h"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

namespace walnats {
namespace asio = boost::asio;

// Resume does not touch the handler while `start` runs: it leaves kResumed
// behind, and the Wait posts. Whoever has made the coroutine runnable must not
// touch the Suspension again, since it may have died or wait for the next
// thing on another thread.
Task<void> Suspension::Wait(absl::FunctionRef<void()> start,
                            std::function<void()> cancelled) {
  auto initiate = [this, start,
                   cancelled = std::move(cancelled)](auto handler) mutable {
    assert(!handler_ && "one Wait at a time");
    asio::cancellation_slot slot =
        asio::get_associated_cancellation_slot(handler);
    if (cancelled && slot.is_connected()) {
      slot.assign([cancelled = std::move(cancelled)](asio::cancellation_type) {
        cancelled();
      });
    }
    handler_.emplace(std::move(handler));
    state_.store(State::kStarting, std::memory_order_relaxed);
    start();
    State expected = State::kStarting;
    if (state_.compare_exchange_strong(expected, State::kWaiting,
                                       std::memory_order_acq_rel)) {
      return;
    }
    asio::post(TakeHandler());
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      std::move(initiate), asio::use_awaitable);
}

void Suspension::Resume() {
  const State before =
      state_.exchange(State::kResumed, std::memory_order_acq_rel);
  assert(before == State::kStarting || before == State::kWaiting);
  if (before != State::kWaiting) return;
  asio::dispatch(TakeHandler());
}

Suspension::Handler Suspension::TakeHandler() {
  Handler taken = *std::move(handler_);
  handler_.reset();
  return taken;
}

}  // namespace walnats
