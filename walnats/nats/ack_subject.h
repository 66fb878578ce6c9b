#pragma once

// The reply subject of a pulled message says where it comes from:
//
//   v1  $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.
//       <time, ns>.<pending>                                 (9 tokens)
//   v2  $JS.ACK.<domain or _>.<account hash>.<stream>.<consumer>.<delivered>.
//       <stream seq>.<consumer seq>.<time, ns>.<pending>[.<more>]  (11 or more)
//
// Source: nats-architecture-and-design, ADR-15.

#include <optional>
#include <string_view>

#include "walnats/transport/delivery.h"

namespace walnats::nats {

// The views of the result point into `reply`. nullopt if it is no ack subject.
std::optional<transport::DeliveryInfo> ParseAckSubject(std::string_view reply);

// Whether `reply` begins as one, cheaply.
inline bool IsAckSubject(std::string_view reply) {
  return reply.starts_with("$JS.ACK.");
}

}  // namespace walnats::nats
