#pragma once

// A layer around handlers, as a coroutine:
//
//   walnats::Middleware timed = [](const walnats::Context& context,
//                                  walnats::Next next)
//       -> walnats::Task<absl::Status> {
//     const absl::Time start = context.clock().Now();
//     absl::Status status = co_await next();
//     Record(context.actor(), context.clock().Now() - start);
//     co_return status;
//   };
//
// It may skip the handler, call it again, or replace its Status. An actor with
// middleware takes the coroutine path even if its handler is plain; for counts
// and logs an Observer is cheaper.

#include <functional>
#include <vector>

#include "walnats/actor.h"

namespace walnats {

namespace internal {
class MiddlewareHandler;
}

// The rest of the chain for one job; a cheap copy.
class Next {
 public:
  // Valid while the middleware that got it runs.
  Task<absl::Status> operator()() const;

 private:
  friend class internal::MiddlewareHandler;
  Next(const internal::MiddlewareHandler& chain, size_t index,
       internal::Slot& slot, const Context& context)
      : chain_(chain), index_(index), slot_(slot), context_(context) {}
  const internal::MiddlewareHandler& chain_;
  size_t index_;
  internal::Slot& slot_;
  const Context& context_;
};

// Shared by all jobs: keep no state of a job in it.
using Middleware =
    std::function<Task<absl::Status>(const Context& context, Next next)>;

// `actor` inside `chain`, whose first element is the outermost.
Actor WithMiddleware(const Actor& actor, std::vector<Middleware> chain);

}  // namespace walnats
