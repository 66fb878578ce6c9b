#pragma once

// How an actor takes its messages: where it begins, how often it tries, in
// which order, what becomes of what it cannot handle.
//
//   walnats::Actor("charge-card", kOrderPlaced, Charge,
//                  {.retry = {.max_attempts = 5},
//                   .dead = walnats::Dead::kPark,
//                   .order = walnats::Order::kPerKey,
//                   .key = [](const v1::OrderPlaced& order) {
//                     return std::string_view(order.customer());
//                   },
//                   .breaker = {.failures = 0.5}});
//
// All of it may change with every deploy, but for `start`.

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "walnats/actor/message_key.h"
#include "walnats/retry.h"

namespace walnats {

// Where a new actor begins in its stream. It can never change after the first
// deploy: the durable consumer remembers its own place.
class Start {
 public:
  enum class Kind { kAll, kNew, kSequence, kTime };
  static Start All() { return Start(Kind::kAll); }
  static Start New() { return Start(Kind::kNew); }  // emitted from now on
  static Start At(uint64_t sequence) {
    return Start(Kind::kSequence, sequence);
  }
  static Start Since(absl::Time time) { return Start(Kind::kTime, 0, time); }

  Kind kind() const { return kind_; }
  uint64_t sequence() const { return sequence_; }
  absl::Time time() const { return time_; }

 private:
  explicit Start(Kind kind, uint64_t sequence = 0, absl::Time time = {})
      : kind_(kind), sequence_(sequence), time_(time) {}
  Kind kind_;
  uint64_t sequence_;
  absl::Time time_;
};

// What becomes of a message that no attempt can handle any more.
enum class Dead {
  kStore,  // kept as a dead letter, to be looked at and redriven
  kPark,   // the same, and later messages of its key wait behind it as dead
           // letters too, until a redrive has handled it; with kPerKey only
  kDrop,   // forgotten, with a warning in the log
};

// In which order an actor's messages are handled.
enum class Order {
  kNone,    // as places get free; retries come later than what follows
  kPerKey,  // within a process: messages of one key one after the other, in
            // the stream's order, also across retries; other keys in parallel
};

// Pauses an actor whose dependency is down, so that nothing becomes a dead
// letter for it. Failures are attempts that would be tried again; OK and the
// codes that no retry can mend count as good: the dependency has answered.
struct CircuitBreaker {
  // It opens when at least this share of the last `window` attempts failed:
  // above 0, at most 1. 0: never, there is no breaker.
  double failures = 0;
  int window = 20;

  // How long it stays open before one attempt is made as a probe. A good probe
  // closes it; a failed one opens it again for twice as long, up to
  // `pause_max`.
  absl::Duration pause = absl::Seconds(5);
  absl::Duration pause_max = absl::Minutes(1);
};

struct ActorOptions {
  // For people, shown in the consumer's description.
  std::string description = {};

  // How long the server waits for an ack or a pulse before it redelivers: how
  // late the messages of a crashed process are noticed. At least 1 s. Jobs may
  // take longer: pulses are sent by themselves, except for plain handlers.
  absl::Duration ack_wait = absl::Seconds(30);

  // Coroutine handlers of this actor that run at once in this process.
  int max_jobs = 16;

  // A job over it has failed with kDeadlineExceeded: a coroutine is cancelled
  // (its slot frees when it has ended); a plain handler cannot be, and has
  // failed when it returns.
  absl::Duration job_timeout = absl::Minutes(5);

  RetryPolicy retry = {};

  Start start = Start::All();

  // Messages that all instances together may hold unacked, those that wait
  // for a retry included: the server delivers nothing more above it.
  int max_ack_pending = 10'000;

  Dead dead = Dead::kStore;

  // kPerKey needs a `key`: any function of the event's message type to
  // std::string_view, called once per delivery on the connection's thread; its
  // view must live as long as the message. Validate refuses another type's.
  // Messages with an empty key are in order among themselves.
  Order order = Order::kNone;
  MessageKey key = {};

  // Wait until the server has confirmed an ack before the message counts as
  // handled: an outcome that did not count shows as lost, at the price of a
  // round trip while the job's place stays taken.
  bool ack_sync = false;

  CircuitBreaker breaker = {};
};

}  // namespace walnats
