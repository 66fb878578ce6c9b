#pragma once

// How Services gets its transport without knowing which: connect/ makes the
// connector of nats/, testing/ one of the in-memory model.

#include <memory>

#include "absl/status/statusor.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/transport.h"

namespace walnats::transport {

class Connector {
 public:
  virtual ~Connector() = default;

  // Awaited on the thread of `clock`, which outlives the transport. Returns
  // within the connect time-out.
  virtual Task<absl::StatusOr<std::unique_ptr<Transport>>> Connect(
      TimerQueue& clock) = 0;

  // True if it runs a single server of its own: replicas are capped at 1.
  virtual bool embedded() const { return false; }
};

}  // namespace walnats::transport
