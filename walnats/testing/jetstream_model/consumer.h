#pragma once

// One pull consumer: what it has delivered, what is settled, and who waits for
// more. Several clients may share it. No I/O: inputs and times in, actions out.
//
// Source: nats-server, server/consumer.go; the order of redelivery, the floors
// and each status as measured on real servers.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/message_store.h"
#include "walnats/testing/jetstream_model/refusal.h"
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
  // `config` was checked: Check(...) below.
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

  // Serves waiting pulls with what there is. After each input, also the
  // stream's.
  void Dispatch(absl::Time now);
  // A message is gone from the stream.
  void OnRemoved(uint64_t sequence, absl::Time now);
  // Everything below `first` is.
  void OnPurged(uint64_t first, absl::Time now);
  // Whether the stream must keep it for this consumer (interest retention).
  bool Needs(uint64_t sequence, std::string_view subject) const;

  // Every pull of the client ends silently; of it, those whose inbox matches
  // `pattern`.
  void DropInterest(uint64_t client, std::string_view pattern);
  // Every pull ends with this status.
  void EndPulls(int code, std::string_view description);

  // Time: ack_wait, delayed naks, expiries, heartbeats, pauses.
  void AdvanceTo(absl::Time now);
  absl::Time next() const;
  // True for an ephemeral one that nobody has used for inactive_threshold.
  bool expired(absl::Time now) const;

 private:
  struct Pending {
    uint64_t consumer_sequence = 0;  // of its first delivery
    absl::Time due;                  // when it is delivered again
  };
  struct Waiting {
    Inbox inbox;
    PullRequest request;
    int left = 0;
    int64_t bytes_left = 0;
    absl::Time expires;
    absl::Time heartbeat;
  };

  const ConsumerScope scope_;
  transport::ConsumerConfig config_;
  const absl::Time created_;
  std::map<uint64_t, Pending> pending_;
  std::map<uint64_t, uint64_t> delivered_;  // counts, of what came twice
  std::deque<uint64_t> redeliver_;
  std::deque<Waiting> waiting_;
};

}  // namespace walnats::testing::model
