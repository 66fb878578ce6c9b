#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <memory>
#include <optional>
#include <utility>

#include "walnats/runtime/timer_queue.h"

namespace walnats {
namespace asio = boost::asio;
using boost::system::error_code;

// One Sleep. Made on the executor of the coroutine that waits, afterwards used
// on the queue's thread only; the queue owns it from Start to End.
class TimerQueue::Sleeper : public std::enable_shared_from_this<Sleeper> {
 public:
  template <class Handler>
  Sleeper(TimerQueue& queue, Handler handler)
      : queue_(queue),
        executor_(asio::get_associated_executor(handler)),
        handler_(std::move(handler)),
        timer_(queue, [this] { End({}); }) {}

  void Start(absl::Time when) {
    if (!handler_) return;  // cancelled on the way here
    queue_.sleepers_.insert(shared_from_this());
    timer_.Set(when);
  }

  void End(error_code error) {
    if (!handler_) return;
    const std::shared_ptr<Sleeper> self = shared_from_this();
    timer_.Cancel();
    queue_.sleepers_.erase(self);
    auto resume = [handler = *std::move(handler_), error]() mutable {
      std::move(handler)(error);
    };
    handler_.reset();
    asio::dispatch(executor_, std::move(resume));
  }

 private:
  TimerQueue& queue_;
  Executor executor_;
  std::optional<asio::any_completion_handler<void(error_code)>> handler_;
  Timer timer_;
};

TimerQueue::~TimerQueue() {
  sleepers_.clear();
  assert(timers_.empty() && "a Timer outlives its queue");
}

Task<void> TimerQueue::Sleep(absl::Duration duration) {
  if (duration <= absl::ZeroDuration()) co_return;
  auto initiate = [this, when = Now() + duration](auto handler) {
    // Everything is local: the frame may be gone before this returns.
    const Executor executor = executor_;
    asio::cancellation_slot slot =
        asio::get_associated_cancellation_slot(handler);
    auto sleeper = std::make_shared<Sleeper>(*this, std::move(handler));
    if (slot.is_connected()) {
      slot.assign([executor, weak = std::weak_ptr(sleeper)](
                      asio::cancellation_type type) {
        if (type == asio::cancellation_type::none) return;
        asio::dispatch(executor, [weak] {
          std::shared_ptr<Sleeper> asleep = weak.lock();
          if (asleep) asleep->End(asio::error::operation_aborted);
        });
      });
    }
    asio::dispatch(executor, [sleeper = std::move(sleeper), when = when] {
      sleeper->Start(when);
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                void(error_code)>(initiate,
                                                  asio::use_awaitable);
}

}  // namespace walnats
