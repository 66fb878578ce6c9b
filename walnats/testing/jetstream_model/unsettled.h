#pragma once

// What a consumer has delivered and nobody has settled yet, how often each
// came, and what waits to be delivered again.
//
// Source: nats-server, server/consumer.go: pending, rdc, rdq.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace walnats::testing::model {

class Unsettled {
 public:
  struct Pending {
    uint64_t consumer_sequence = 0;  // of its first delivery
    absl::Time since;                // its ack_wait runs from here
    bool queued = false;             // for redelivery
  };

  size_t size() const { return pending_.size(); }
  bool empty() const { return pending_.empty(); }
  // nullptr if it is not pending.
  const Pending* Find(uint64_t sequence) const;
  const std::map<uint64_t, Pending>& all() const { return pending_; }

  // It was delivered; the first delivery's consumer sequence stays.
  void Track(uint64_t sequence, uint64_t consumer_sequence, absl::Time now);
  // Its ack_wait runs from `since`. Only for what is pending.
  void Restart(uint64_t sequence, absl::Time since);
  // It is settled or gone. False if it was not pending.
  bool Forget(uint64_t sequence);
  // It is delivered no more, but its count stays.
  void GiveUp(uint64_t sequence);
  void GiveUpAll();
  void ForgetBelow(uint64_t sequence);
  void Clear();

  // ---- redelivery
  // To the end of the queue unless it stands there. Only for what is pending.
  void Queue(uint64_t sequence);
  void Unqueue(uint64_t sequence);
  void ClearQueue();
  std::optional<uint64_t> queue_front() const;
  size_t queued() const { return queue_.size(); }
  // Those not queued whose wait began at `since` or before, by sequence.
  std::vector<uint64_t> WaitingSince(absl::Time since) const;
  // Queues them; their next wait begins now, in the order of the last.
  void QueueExpired(std::span<const uint64_t> sequences, absl::Time now);
  // When the oldest wait of those not queued began.
  std::optional<absl::Time> oldest() const;
  // When the latest wait began.
  std::optional<absl::Time> newest() const;

  // ---- counts: how often it was delivered again
  uint64_t redeliveries(uint64_t sequence) const;
  void CountRedelivery(uint64_t sequence) { ++redeliveries_[sequence]; }
  void SetRedeliveries(uint64_t sequence, uint64_t count) {
    redeliveries_[sequence] = count;
  }
  size_t redelivered() const { return redeliveries_.size(); }

 private:
  std::map<uint64_t, Pending> pending_;
  std::map<uint64_t, uint64_t> redeliveries_;  // stays after GiveUp
  std::deque<uint64_t> queue_;
  std::set<std::pair<absl::Time, uint64_t>> by_since_;  // those not queued
};

}  // namespace walnats::testing::model
