#pragma once

// The TimerQueue of real time, over one steady_timer of an io_context, which
// counts as work of the io_context only while a timer is set.

#include <memory>

#include "walnats/runtime/timer_queue.h"

namespace boost::asio {
class io_context;
}

namespace walnats {

class RealClock : public TimerQueue {
 public:
  // Timers fire on the thread that runs `io`.
  explicit RealClock(boost::asio::io_context& io);
  ~RealClock() override;

  absl::Time Now() const override;

 protected:
  void OnEarlier(absl::Time when) override;
  void OnEmpty() override;

 private:
  struct Alarm;  // the steady_timer
  void Ring();
  std::shared_ptr<Alarm> alarm_;
};

}  // namespace walnats
