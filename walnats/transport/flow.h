#pragma once

// Deliveries of one consumer to one sink, as many as the sink has room for:
//
//   flow = transport.Open("shop-order-placed", "mailer", {}, sink);
//   flow->Want(500);

#include <cstdint>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/transport/delivery.h"

namespace walnats::transport {

// What a flow tells its sink besides deliveries.
enum class FlowEvent {
  kStalled,          // two heartbeats missed; it asks again by itself
  kResumed,          // deliveries or heartbeats again after kStalled
  kConsumerMissing,  // deleted, or its stream was; the flow waits for Restart
};

class DeliverySink {
 public:
  // May settle inside. At most as many as were wanted.
  virtual void OnDelivery(Delivery delivery) = 0;
  // One came that was asked for once, before a stall, and for which there is no
  // room now: it comes again after ack_wait, here or elsewhere. Must not settle
  // it, nor end the flow.
  virtual void OnOverflow(Delivery) {}
  // Nobody took a pull: for the moment there is no consumer, or no leader for
  // it. The flow asks again by itself, but what comes then may be of another
  // consumer of that name. Must not end the flow.
  virtual void OnUnanswered() {}
  // No further delivery is at hand: time to start what was collected.
  virtual void OnIdle() = 0;
  virtual void OnFlowEvent(FlowEvent event, std::string_view detail) = 0;

 protected:
  ~DeliverySink() = default;
};

struct FlowOptions {
  // The server's heartbeat on an idle pull, at most half of `expires`.
  absl::Duration heartbeat = absl::Seconds(15);
  absl::Duration expires = absl::Seconds(30);
  int64_t max_bytes = 16 << 20;  // per pull
};

// Deliveries of one consumer to one sink. Destroying it stops at once.
class Flow {
 public:
  virtual ~Flow() = default;

  // From now on the sink has room for `count` more deliveries than it has got.
  // Never fewer than are asked for already: what was pulled may still come.
  virtual void Want(int count) = 0;

  // Asks for nothing any more; what was pulled may still come.
  virtual void Stop() = 0;

  // After kConsumerMissing, once the consumer exists again.
  virtual void Restart() = 0;

  // After the consumer was paused and is no more: what was asked for already is
  // served again. Asks for nothing more.
  virtual void Wake() = 0;
};

}  // namespace walnats::transport
