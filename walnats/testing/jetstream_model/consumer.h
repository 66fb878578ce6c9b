#pragma once

// One pull consumer: what it has delivered, what is settled, and who waits for
// more. Several clients may share it. No I/O: inputs and times in, actions out.
//
// Source: nats-server, server/consumer.go; the order of redelivery, the floors
// and each status as measured on real servers.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/consumer_rules.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/positions.h"
#include "walnats/testing/jetstream_model/pull_queue.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/unsettled.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"

namespace walnats::testing::model {

// What a consumer needs of its stream; all outlive it.
struct ConsumerScope {
  std::string stream;
  const MessageStore& store;
  const Version& version;
  std::vector<Action>& actions;  // appended to
};

class Consumer {
 public:
  // `config` was checked.
  Consumer(const ConsumerScope& scope, transport::ConsumerConfig config,
           absl::Time now);

  // Which fields an update cannot change, and what else is wrong with it.
  Answer<Done> Update(const transport::ConsumerConfig& config, absl::Time now);
  transport::ConsumerInfo Info(absl::Time now) const;
  const transport::ConsumerConfig& config() const { return config_; }

  void Pull(const PullRequest& request, const Inbox& inbox, absl::Time now);
  // One that names nothing pending changes nothing. The sequences that are
  // settled for good (acked, terminated) are added to `settled`: retention
  // by interest or work queue removes them from the stream.
  void Settle(const DeliveryId& id, const Settlement& settlement,
              absl::Time now, std::vector<uint64_t>& settled);

  void Pause(absl::Time until, absl::Time now);
  Answer<Done> Reset(uint64_t sequence, absl::Time now);

  // Serves waiting pulls with what there is. For inputs of the stream,
  // OnRemoved and OnPurged too; the others do it by themselves.
  void Dispatch(absl::Time now);
  // What AckPolicy::kNone settled by delivering it, since the last call.
  std::vector<uint64_t> TakeSettled();
  // A message is gone from the stream: one call for each, in any way but by
  // OnPurged.
  void OnRemoved(uint64_t sequence, absl::Time now);
  // Everything below `first` is.
  void OnPurged(uint64_t first, absl::Time now);
  // Some or all of what `filter` matches is.
  void OnPurged(const std::string& filter, absl::Time now);
  // Whether the stream must keep it for this consumer (interest retention).
  bool Needs(uint64_t sequence, std::string_view subject) const;

  // Every pull of the client ends silently; of it, those whose inbox matches
  // `pattern`.
  void DropInterest(uint64_t client, std::string_view pattern);
  // Every pull ends with this status; a server that shuts down also says what
  // was left of each.
  void EndPulls(int code, std::string_view description, bool counted = false);
  // The server was restarted: pulls end silently, and what was to be delivered
  // again waits for its ack_wait.
  void OnRestart();

  // Time: ack_wait, delayed naks, expiries, heartbeats, pauses.
  void AdvanceTo(absl::Time now);
  absl::Time next() const;
  // True for an ephemeral one that nobody has used for inactive_threshold.
  bool expired(absl::Time now) const;

 private:
  // The message whose turn it is.
  struct Candidate {
    StoredPtr message;
    uint64_t delivered = 1;
  };

  // What the pull is answered instead of waiting.
  std::optional<PullStatus> RefuseNow(const PullRequest& request) const;
  bool RoomToWait() const;
  bool Full() const;  // by max_ack_pending
  bool paused(absl::Time now) const { return now < paused_until_; }

  std::optional<Candidate> NextRedelivery(absl::Time now);
  std::optional<Candidate> NextNew();
  // False if no pull was left that had room for it.
  bool Deliver(const Candidate& candidate, absl::Time now);
  void OnUndelivered(uint64_t sequence);
  void Track(const DeliveryId& id, absl::Time now);
  void PopLastPerSubject();

  void Acknowledge(const DeliveryId& id, std::vector<uint64_t>& settled);
  void AcknowledgeAllTo(const DeliveryId& id, std::vector<uint64_t>& settled);
  void Terminate(const DeliveryId& id, std::string_view reason, absl::Time now,
                 std::vector<uint64_t>& settled);
  void HandBack(const DeliveryId& id, absl::Duration delay, absl::Time now);
  // It was delivered as often as max_deliver allows, or more.
  void GiveUp(uint64_t sequence, uint64_t delivered, absl::Time now);

  void Tick(absl::Time now);
  void ExpireWaits(absl::Time now);
  void CheckActivity(absl::Time now);
  std::optional<absl::Duration> inactive_threshold() const;

  // `holes`: also what is pending above `first` may be gone.
  void Purge(uint64_t first, bool holes);

  // How many it will deliver for the first time.
  uint64_t remaining() const;
  DeliveryId IdOf(uint64_t sequence, uint64_t delivered) const;

  const ConsumerScope scope_;
  transport::ConsumerConfig config_;
  const absl::Time created_;

  PullQueue pulls_;
  Unsettled unsettled_;
  Positions positions_;
  std::deque<uint64_t> last_per_subject_;  // still to deliver, then the rest
  uint64_t last_at_start_ = 0;             // of the stream
  std::vector<uint64_t> settled_;

  absl::Time paused_until_ = absl::InfinitePast();
  bool resumes_ = false;  // by itself, then
  absl::Time last_active_;
  absl::Time activity_check_ = absl::InfiniteFuture();
  bool expired_ = false;
};

}  // namespace walnats::testing::model
