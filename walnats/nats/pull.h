#pragma once

// Decides when to ask a consumer for how many messages: overlapping pulls,
// refilled at half, watched by their heartbeats. No I/O: events and times in,
// requests and flow events out.
//
//   pull.Want(500, now);
//   while (auto request = pull.NextRequest(now)) Send(*request);
//
// Every pull is served in turn by the server, so a delivery counts against the
// oldest one. A pull's credit falls by one per delivery and by
// Nats-Pending-Messages when the server ends it (408, 409).

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

// What the server says on the inbox instead of a message: "408 Request
// Timeout" with Nats-Pending-Messages.
struct PullStatus {
  int code = 0;                 // 100, 400, 404, 408, 409, 423, 503
  std::string_view description;
  int64_t pending_messages = 0;
};

class Pull {
 public:
  struct Request {
    uint64_t id;  // comes back in the status's subject
    int batch;
  };

  explicit Pull(const transport::FlowOptions& options) : options_(options) {}

  // As Flow's verbs.
  void Want(int count) { want_ = count; }
  void Stop() { stopped_ = true; }
  void Restart(absl::Time now);

  // Everything asked for on the lost connection is gone.
  void OnUp(absl::Time now);
  void OnDown();

  // The first returns kResumed after kStalled.
  std::optional<transport::FlowEvent> OnDelivery(absl::Time now);
  std::optional<transport::FlowEvent> OnStatus(uint64_t id,
                                               const PullStatus& status,
                                               absl::Time now);

  // What to ask for now, if anything; call until nullopt, after each event.
  std::optional<Request> NextRequest(absl::Time now);

  // Heartbeats missed, pulls that never ended; call at deadline().
  std::optional<transport::FlowEvent> OnTime(absl::Time now);
  absl::Time deadline() const;

  // Asked for and neither delivered nor ended.
  int outstanding() const { return outstanding_; }

 private:
  struct Open {
    uint64_t id;
    int remaining;
    absl::Time expires;
  };
  std::optional<transport::FlowEvent> Heard(absl::Time now);
  void Drop(std::deque<Open>::iterator open);

  transport::FlowOptions options_;
  std::deque<Open> open_;
  uint64_t last_id_ = 0;
  int want_ = 0;
  int outstanding_ = 0;
  bool up_ = false;
  bool stopped_ = false;
  bool missing_ = false;  // the consumer, until Restart
  bool stalled_ = false;
  absl::Time heard_;             // the last sign of life
  absl::Time not_before_;        // back-off after a refusal
  int refusals_ = 0;             // in a row
};

}  // namespace walnats::nats
