#include "walnats/actor.h"

namespace walnats {

Actor::Actor(std::string_view name, const DeclaredEvent& event,
             std::shared_ptr<const internal::Handler> handler,
             ActorOptions options)
    : name_(name),
      event_(event),
      handler_(std::move(handler)),
      options_(std::move(options)) {}

Actor Actor::WithHandler(
    std::shared_ptr<const internal::Handler> handler) const {
  Actor copy = *this;
  copy.handler_ = std::move(handler);
  return copy;
}

}  // namespace walnats
