#include "walnats/middleware.h"

#include <utility>

#include "walnats/middleware/middleware_handler.h"

namespace walnats {

namespace internal {

absl::Status MiddlewareHandler::Call(Slot&, const Context&) const {
  return absl::InternalError("a handler with middleware has no plain call");
}

Task<absl::Status> MiddlewareHandler::Run(Slot& slot,
                                          const Context& context) const {
  return RunFrom(0, slot, context);
}

Task<absl::Status> MiddlewareHandler::RunFrom(size_t index, Slot& slot,
                                              const Context& context) const {
  if (index == chain_.size()) return inner_->Run(slot, context);
  return chain_[index](context, Next(*this, index + 1, slot, context));
}

}  // namespace internal

Task<absl::Status> Next::operator()() const {
  return chain_.RunFrom(index_, slot_, context_);
}

Actor WithMiddleware(const Actor& actor, std::vector<Middleware> chain) {
  return actor.WithHandler(std::make_shared<internal::MiddlewareHandler>(
      actor.handler(), std::move(chain)));
}

}  // namespace walnats
