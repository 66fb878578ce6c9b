#pragma once

// One delivery of a stored message to a consumer, and how it is settled.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/time/time.h"
#include "walnats/transport/message.h"

namespace walnats::transport {

// Where a delivery comes from and how often it came.
struct DeliveryInfo {
  std::string_view stream;    // views into the message
  std::string_view consumer;  //
  uint64_t stream_sequence = 0;
  uint64_t consumer_sequence = 0;
  uint64_t delivered = 0;  // 1 for the first delivery
  uint64_t pending = 0;    // messages behind it that the consumer will send
  absl::Time time;         // when it was stored
  absl::Time received = absl::InfinitePast();  // here; if the transport says it
  // Not later than when the server sent it, as far as this side can know: a
  // process that stalled finds old deliveries in its socket.
  absl::Time sent = absl::InfiniteFuture();
};

// Move-only; given back to its transport once, by Settle. One that is dropped
// is redelivered by the server after ack_wait.
class Delivery {
 public:
  Delivery(Message message, const DeliveryInfo& info)
      : message_(std::move(message)), info_(info) {}

  const Message& message() const { return message_; }
  const DeliveryInfo& info() const { return info_; }

 private:
  Message message_;
  DeliveryInfo info_;
};

struct Ack {};
struct Nak {
  // Zero hands the message back at once: for drain only.
  absl::Duration delay;
};
struct Term {
  std::string_view reason;  // sent where the server reads it (2.10.4)
};

}  // namespace walnats::transport
