#pragma once

// What the server says on a pull's inbox instead of a message, for example
// "408 Request Timeout" with Nats-Pending-Messages, and what that means for
// the pull.
//
// Source: nats-server (server/consumer.go) and ADR-13, ADR-37.

#include <cstdint>
#include <optional>
#include <string_view>

#include "walnats/transport/message.h"

namespace walnats::nats {

struct PullStatus {
  int code = 0;                  // 100, 400, 404, 408, 409, 423, 503
  std::string_view description;  // a view into the message
  // How much of the pull the server had not delivered when it ended it.
  std::optional<int64_t> pending_messages;
};

// nullopt for a message that is no status (it has no `Status` header).
std::optional<PullStatus> ParsePullStatus(const transport::Message& message);

enum class PullMeaning {
  kHeartbeat,     // the pull waits, the consumer lives
  kEnded,         // by its expiry or its bytes, the normal end
  kAllEnded,      // with every other that the server had; ask again
  kDeleted,       // the consumer is, and every pull with it
  kNoResponders,  // nobody there: no consumer, or no leader for now
  kRefused,       // this request was not accepted
};

PullMeaning MeaningOf(const PullStatus& status);

}  // namespace walnats::nats
