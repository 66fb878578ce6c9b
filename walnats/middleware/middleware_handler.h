#pragma once

// The handler that runs another one inside a chain of middleware.

#include <memory>
#include <string>
#include <typeindex>
#include <vector>

#include "walnats/middleware.h"

namespace walnats::internal {

class MiddlewareHandler final : public Handler {
 public:
  MiddlewareHandler(std::shared_ptr<const Handler> inner,
                    std::vector<Middleware> chain)
      : inner_(std::move(inner)), chain_(std::move(chain)) {}

  bool plain() const override { return false; }
  bool blocking() const override { return inner_->blocking(); }
  std::string schema() const override { return inner_->schema(); }
  std::type_index message_type() const override {
    return inner_->message_type();
  }
  const void* MessageIn(const Slot& slot) const override {
    return inner_->MessageIn(slot);
  }
  std::unique_ptr<Slot> NewSlot() const override { return inner_->NewSlot(); }
  absl::Status Decode(std::string_view bytes, Slot& slot) const override {
    return inner_->Decode(bytes, slot);
  }
  absl::Status Call(Slot& slot, const Context& context) const override;
  Task<absl::Status> Run(Slot& slot, const Context& context) const override;

  // The chain from `index` on, then the handler.
  Task<absl::Status> RunFrom(size_t index, Slot& slot,
                             const Context& context) const;

 private:
  const std::shared_ptr<const Handler> inner_;
  const std::vector<Middleware> chain_;
};

}  // namespace walnats::internal
