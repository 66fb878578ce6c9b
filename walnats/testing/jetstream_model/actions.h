#pragma once

// What goes into the model besides API calls, and what comes out of it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "walnats/transport/delivery.h"
#include "walnats/transport/stored.h"

namespace walnats::testing::model {

// Where a pull's messages and statuses go. `client` is a connection, numbered
// by the shell; it takes its pulls with it when it ends.
struct Inbox {
  uint64_t client = 0;
  std::string subject = {};
};

// $JS.API.CONSUMER.MSG.NEXT. Source: ADR-13, server/consumer.go.
struct PullRequest {
  int batch = 1;
  std::optional<absl::Duration> expires = {};  // none: as long as its client
  bool no_wait = false;
  int64_t max_bytes = 0;  // 0: no bound
  absl::Duration heartbeat = absl::ZeroDuration();
};

// The delivery that an ack subject names.
struct DeliveryId {
  std::string stream;
  std::string consumer;
  uint64_t stream_sequence = 0;
  uint64_t consumer_sequence = 0;
  uint64_t delivered = 0;
};

struct InProgress {};
using Settlement =
    std::variant<transport::Ack, transport::Nak, transport::Term, InProgress>;

using StoredPtr = std::shared_ptr<const transport::StoredMessage>;

// ---- out

struct Deliver {
  Inbox inbox;
  DeliveryId id;
  uint64_t pending = 0;  // behind it for this consumer
  StoredPtr message;
};

// A status in place of a message, e.g. 408 "Request Timeout".
struct PullStatus {
  Inbox inbox = {};
  int code = 0;
  std::string description = {};
  // Of the pull that ends, where the server says so.
  std::optional<int64_t> pending_messages = {};
  std::optional<int64_t> pending_bytes = {};
  // Of a heartbeat: what the consumer delivered last.
  std::optional<uint64_t> last_consumer = {};
  std::optional<uint64_t> last_stream = {};
};

// A message of core NATS under $JS.EVENT.ADVISORY.
struct Advisory {
  std::string subject;
  std::string body;  // JSON
};

using Action = std::variant<Deliver, PullStatus, Advisory>;

}  // namespace walnats::testing::model
