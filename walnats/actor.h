#pragma once

// An Actor binds a handler to an event: one actor is one durable consumer of
// the event's stream, however many processes run it. Retries, acks, pulses,
// dead letters and back-pressure are the actor's business, not the handler's.
// Write a factory function, so that dependencies are plain arguments:
//
//   walnats::Actor WelcomeEmail(Mailer& mailer) {
//     return walnats::Actor(
//         "welcome-email", kUserRegistered,
//         [&mailer](const v1::UserRegistered& user) {
//           return mailer.Send(user.email(), "Welcome!");  // absl::Status
//         },
//         {.ack_wait = absl::Seconds(20), .retry = {.max_attempts = 5}});
//   }
//
// A handler takes `const T&`, or `const T&, const Context&`, and returns void,
// absl::Status, Task<void> or Task<absl::Status>. retry.h says what its Status
// means. It must be callable as const, and it may be called again for the same
// message: nobody can promise exactly-once processing.
//
// - A plain handler runs on the connection's thread, one at a time, and must
//   be short (well below a millisecond): nothing else runs meanwhile.
// - A coroutine handler may wait; up to max_jobs of them run interleaved.
// - What blocks goes to other threads: `Blocking(pool, handler)`, see below.
//
// The message and the Context live until the handler's Task has completed;
// take `T` by value to keep it.

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "walnats/actor/handler.h"
#include "walnats/context.h"
#include "walnats/event.h"
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
};

// A copyable value; copies share the handler.
class Actor {
 public:
  // `name`: 1 to 64 characters, kebab-case, no dots, unique in the system for
  // its event; it names the durable consumer and can never change after the
  // first deploy. A bad name is reported by Services::Validate.
  template <class T, CodecOf<T> C, HandlerOf<T> H>
  Actor(std::string_view name, const Event<T, C>& event, H function,
        ActorOptions options = {})
      : Actor(name, event,
              std::make_shared<internal::TypedHandler<T, C, H>>(
                  std::move(function)),
              std::move(options)) {}

  const std::string& name() const { return name_; }
  const EventInfo& event() const { return event_; }
  const ActorOptions& options() const { return options_; }

  // For the runner and for wrappers (middleware.h).
  const std::shared_ptr<const internal::Handler>& handler() const {
    return handler_;
  }
  Actor WithHandler(std::shared_ptr<const internal::Handler> handler) const;

 private:
  Actor(std::string_view name, const EventInfo& event,
        std::shared_ptr<const internal::Handler> handler, ActorOptions options);
  std::string name_;
  EventInfo event_;
  std::shared_ptr<const internal::Handler> handler_;
  ActorOptions options_;
};

// Runs a plain handler on the threads of `pool` (anything with get_executor(),
// such as boost::asio::thread_pool, which must outlive the Services), up to
// max_jobs at once. There it may block. `Blocking(pool, [](const T&) {...})`.
template <class Pool, class H>
internal::BlockingHandler<H> Blocking(Pool& pool, H handler) {
  return internal::BlockingHandler<H>(pool.get_executor(), std::move(handler));
}

}  // namespace walnats
