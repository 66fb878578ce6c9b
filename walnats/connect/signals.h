#pragma once

// SIGINT and SIGTERM as calls instead of interruptions.

#include <functional>
#include <thread>

namespace walnats::connect {

// While it lives, the first of the two signals calls `first` on a thread of its
// own, and the second ends the process at once (unless it comes within 0.2 s:
// then it is an echo of the first). Make it before other threads,
// which inherit the blocked signals.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> first);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void Wait();

  const std::function<void()> first_;
  int signals_;  // signalfd
  int ended_;    // eventfd
  std::thread thread_;
};

}  // namespace walnats::connect
