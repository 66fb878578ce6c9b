#pragma once

// How far a consumer has come: what it delivers next, and the floor below
// which everything is settled, in sequences of the stream and of its own.
//
// The server keeps these twice: as it works with them, and as it stores them.
// They differ where it skips messages that no filter matches, and behind a
// message that max_deliver gave up. Source: nats-server, server/consumer.go,
// moveAckFloor; server/filestore.go, consumerFileStore.

#include <cstdint>

#include "walnats/testing/jetstream_model/unsettled.h"

namespace walnats::testing::model {

struct Mark {
  uint64_t consumer = 0;
  uint64_t stream = 0;
};

class Positions {
 public:
  // `next` is the first stream sequence that may be delivered; the floor is
  // below it, or 0.
  Positions(uint64_t next, bool floor_from_start);

  uint64_t next_stream() const { return next_stream_; }
  uint64_t next_consumer() const { return next_consumer_; }
  const Mark& floor() const { return floor_; }
  Mark delivered() const { return {next_consumer_ - 1, next_stream_ - 1}; }
  const Mark& stored_floor() const { return stored_floor_; }
  const Mark& stored_delivered() const { return stored_delivered_; }

  // It goes out, for the `first` time or again: returns its consumer sequence.
  uint64_t Deliver(uint64_t stream_sequence, bool first);
  // Nothing below `next` remains to be delivered for the first time.
  void SkipTo(uint64_t next);
  // The newest may be delivered for the first time again.
  void StepBack() { --next_stream_; }

  // `settled` is no longer in `unsettled`.
  void Settle(const Mark& settled, const Unsettled& unsettled);
  // Everything up to it is settled; `known`: it was pending itself.
  void SettleAllTo(const Mark& settled, bool known);
  // max_deliver gave it up: the stored floor stays.
  void GiveUp(const Mark& given_up, const Unsettled& unsettled);
  // The stream was purged below `first`; `last` is the highest consumer
  // sequence of what was pending there, 0 if nothing was.
  void Purge(uint64_t first, uint64_t last, const Unsettled& unsettled);

  // And nothing above `first` is pending either, nor settled in order.
  void PurgeAll(uint64_t first);

 private:
  uint64_t next_stream_;
  uint64_t next_consumer_ = 1;
  Mark floor_;
  Mark stored_floor_;
  Mark stored_delivered_;
};

}  // namespace walnats::testing::model
