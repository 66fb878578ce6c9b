#pragma once

// One attempt at one message: its delivery, its times, its place in the lists
// of its runner.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "walnats/actor.h"
#include "walnats/actor/lanes.h"
#include "walnats/actor/origin.h"
#include "walnats/actor/source.h"
#include "walnats/base/intrusive_list.h"
#include "walnats/client/client_core.h"
#include "walnats/context.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/delivery.h"

namespace walnats::internal {

// What all jobs of an actor share.
struct ActorScope {
  Actor actor;
  std::string service;
  std::string service_version;
  std::shared_ptr<ClientCore> client;
  Clock& clock;  // of the handlers
  // When the event's stream was made: with its name, its incarnation.
  absl::Time stream_created = absl::UnixEpoch();
};

// Tells a source, at its end, that a delivery of it is gone.
class SourcePlace {
 public:
  explicit SourcePlace(Source* source) : source_(source) {}
  SourcePlace(SourcePlace&& other) noexcept
      : source_(std::exchange(other.source_, nullptr)) {}
  SourcePlace& operator=(SourcePlace&&) = delete;
  ~SourcePlace() {
    if (source_ != nullptr) source_->OnReleased();
  }

 private:
  Source* source_;
};

class Worker;

struct Job : LaneEntry {
  // `source_in` of a redriven message, which has RedrivenOrigin; null of one of
  // the actor's consumer.
  Job(const ActorScope& scope_in, transport::Delivery delivery_in,
      Source* source_in = nullptr, SourcePlace place_in = SourcePlace(nullptr));

  // `job`, which does not wait, with another life time; what is left of it only
  // dies.
  static std::unique_ptr<Job> Moved(Job& job);
  // To settle it while its handler still reads the original.
  static std::unique_ptr<Job> CopyOf(const Job& job);

  const ActorScope& scope;
  transport::Delivery delivery;
  const Origin origin;
  Source* const source;
  SourcePlace place;
  const Context context;
  int64_t attempt;

  absl::Time started = absl::InfinitePast();
  absl::Time ended = absl::InfinitePast();  // of the handler

  // Its stream may be another one than it seems.
  bool unverified = false;
  // Its key is known; only of an actor with an order per key.
  bool has_key = false;
  // Of a parked key: the message behind which it is held back.
  uint64_t parked_behind = 0;
  // It is not, or no more, in the way of later ones of its key.
  bool unparked = false;
  // It will not be handled any more, for this reason.
  absl::Status dead_of;
  // Its outcome decides about the circuit breaker.
  bool probe = false;
  // Of an actor with an order per key: from its start to its settlement.
  std::shared_ptr<const LaneTurn> turn;
  // The delivery was settled, or given up, before the handler ended.
  bool closed = false;
  // While its handler runs.
  Worker* worker = nullptr;
  int emits = 0;  // for their ids

  ListHook<Job> wait_hook;     // received, not started
  ListHook<Job> pulse_hook;    // from receipt to settlement
  ListHook<Job> timeout_hook;  // while its handler runs

  absl::Time pulse_due;
  absl::Time timeout_due;

  // Until when it may be settled. Written on the connection's thread, read by
  // handlers elsewhere too.
  absl::Time deadline() const {
    return absl::FromUnixNanos(deadline_.load(std::memory_order_relaxed));
  }
  void set_deadline(absl::Time time) {
    deadline_.store(absl::ToUnixNanos(time), std::memory_order_relaxed);
  }

 private:
  std::atomic<int64_t> deadline_{0};
};

// A delayed message whose time has not come; nullopt for any other.
std::optional<absl::Time> DelayedUntil(const transport::Message& message,
                                       absl::Time now);

}  // namespace walnats::internal
