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
#include "walnats/actor_options.h"
#include "walnats/codec/declared_event.h"
#include "walnats/context.h"
#include "walnats/event.h"

namespace walnats {

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
  const DeclaredEvent& event() const { return event_; }
  const ActorOptions& options() const { return options_; }

  // For the runner and for wrappers (middleware.h).
  const std::shared_ptr<const internal::Handler>& handler() const {
    return handler_;
  }
  Actor WithHandler(std::shared_ptr<const internal::Handler> handler) const;

 private:
  Actor(std::string_view name, const DeclaredEvent& event,
        std::shared_ptr<const internal::Handler> handler, ActorOptions options);
  std::string name_;
  DeclaredEvent event_;
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
