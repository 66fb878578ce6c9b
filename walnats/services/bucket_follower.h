#pragma once

// Tells what stands under some keys of a bucket, and then every change, for as
// long as it lives: a watch that was lost is begun again, a bucket that is not
// there is looked for. On the thread of the clock.

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/kv.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/task.h"

namespace walnats::internal {

class BucketFollower {
 public:
  struct Events {
    std::function<void(const KvEntry& entry)> changed;
    // What stands there has been told. OK also without a bucket.
    std::function<void(const absl::Status& status)> loaded = {};
  };

  // `clock` outlives it. `interval`: between two tries.
  BucketFollower(Bucket bucket, std::string filter, TimerQueue& clock,
                 absl::Duration interval, Events events);

  // Before Begin, to wait for it; Begin does it otherwise.
  Task<absl::Status> Load();

  // Until Stop; `idle` soon after.
  void Begin();
  void Stop();
  bool idle() const { return !running_; }

 private:
  Task<absl::Status> Follow();
  Task<absl::Status> ReadAll();

  const Bucket bucket_;
  const std::string filter_;
  TimerQueue& clock_;
  const absl::Duration interval_;
  const Events events_;
  std::optional<KvWatch> watch_;  // its Next ends when it is destroyed
  Timer again_;
  bool running_ = false;
  bool stopped_ = false;
};

}  // namespace walnats::internal
