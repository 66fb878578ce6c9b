#pragma once

// Decides when to ask a consumer for how many messages: overlapping pulls,
// refilled at half, watched by their heartbeats. No I/O: events and times in,
// requests and flow events out.
//
//   pull.Want(500);
//   while (auto request = pull.NextRequest(now)) Send(*request);
//
// The server serves overlapping pulls in turn, message by message, and a
// message does not say which pull it answers. So the account is kept for all
// of them together: a request adds its batch, a delivery takes one, and the
// end of a pull (408, 409) takes what the server says it had left. The single
// pulls are remembered for their number and expiry only: no more can be
// outstanding than the pulls still open asked for.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/nats/pull_status.h"
#include "walnats/transport/flow.h"

namespace walnats::nats {

class Pull {
 public:
  struct Request {
    uint64_t id;  // comes back in the status's subject
    int batch;
  };

  explicit Pull(const transport::FlowOptions& options) : options_(options) {}

  // As Flow's verbs. Each delivery takes one off what is wanted.
  void Want(int count) { want_ = count; }
  void Stop() { stopped_ = true; }
  void Restart(absl::Time now);

  // Everything asked for on the lost connection is gone.
  void OnUp(absl::Time now);
  void OnDown();

  // A delivery, a heartbeat or a normal end after kStalled is kResumed.
  std::optional<transport::FlowEvent> OnDelivery(absl::Time now);
  // `id` is that of the request; one that is forgotten or unknown still shows
  // that the consumer lives.
  std::optional<transport::FlowEvent> OnStatus(uint64_t id,
                                               const PullStatus& status,
                                               absl::Time now);

  // What to ask for now, if anything; call until nullopt, after each event.
  std::optional<Request> NextRequest(absl::Time now);

  // Heartbeats missed, pulls that never ended, back-off over: call it at
  // deadline(), then NextRequest.
  std::optional<transport::FlowEvent> OnTime(absl::Time now);
  absl::Time deadline() const;

  // What the event last returned is about, for people.
  const std::string& detail() const { return detail_; }

  // Asked for and neither delivered nor ended.
  int outstanding() const { return static_cast<int>(outstanding_); }
  // Room in the sink, what is outstanding included.
  int wanted() const { return want_; }

 private:
  struct Open {
    uint64_t id;
    int batch;
    absl::Time expires;
  };
  // How often in a row the server would not have a request.
  struct Backoff {
    absl::Duration first;
    absl::Duration most;
    int count = 0;
  };

  bool Asks() const;
  bool Watched() const { return outstanding_ > 0; }
  absl::Time ForgetAt(const Open& open) const;
  // The first of the open pulls that may still hold what is outstanding.
  std::vector<Open>::const_iterator Holder() const;

  std::optional<transport::FlowEvent> Alive(absl::Time now);
  std::optional<transport::FlowEvent> Stalled(std::string_view detail);
  std::optional<transport::FlowEvent> Missing(std::string_view detail);
  std::optional<transport::FlowEvent> OnRefused(const PullStatus& status,
                                                absl::Time now);
  std::optional<transport::FlowEvent> OnNoResponders(absl::Time now);
  // Counts a refusal and puts off the next request; false for the rest of a
  // burst of requests that were sent together.
  bool BackOff(Backoff& backoff, absl::Time now);

  // The pull ends with `left` messages undelivered. Returns its batch, 0 if it
  // is not open.
  int End(uint64_t id, std::optional<int64_t> left);
  void ForgetOldest();
  void ForgetAll();

  transport::FlowOptions options_;
  std::vector<Open> open_;   // a few; by id, hence by expiry
  int64_t asked_ = 0;        // the sum of open_'s batches
  int64_t outstanding_ = 0;  // at most asked_
  uint64_t last_id_ = 0;
  int want_ = 0;
  bool up_ = false;
  bool stopped_ = false;
  bool missing_ = false;  // the consumer, until Restart
  bool stalled_ = false;
  absl::Time heard_;  // the last sign of life, or when the watch began
  absl::Time not_before_ = absl::InfinitePast();  // back-off
  Backoff refusals_ = {absl::Milliseconds(100), absl::Seconds(10)};
  Backoff no_responders_ = {absl::Milliseconds(250), absl::Seconds(5)};
  std::string detail_;
};

}  // namespace walnats::nats
