#pragma once

// Runs one producer: starts it, and again by its restart policy, until it is
// told to stop.

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "walnats/health.h"
#include "walnats/producer.h"
#include "walnats/runtime/spawn.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::internal {

class ProducerRunner {
 public:
  // Everything on `clock`'s thread; the coroutine on `executor`, which is that
  // thread or a strand.
  ProducerRunner(Producer producer, Client client, TimerQueue& clock,
                 Executor executor);

  void Begin();
  // Cancels the coroutine; it is not started again.
  void Stop();
  bool ended() const { return !running_; }

  // Any thread.
  ProducerHealth Health() const;
  const std::string& name() const { return producer_.name(); }

 private:
  void OnEnd(const absl::Status& status);
  void SetProblem(std::string problem);

  const Producer producer_;
  const Client client_;
  TimerQueue& clock_;
  const Executor executor_;
  Timer restart_;
  std::shared_ptr<Cancellation> cancellation_;  // with what Stop has posted
  bool running_ = false;
  bool stopping_ = false;
  int failures_ = 0;  // in a row
  absl::Time begun_;

  mutable std::mutex health_mutex_;
  ProducerHealth health_;  // guarded
};

}  // namespace walnats::internal
