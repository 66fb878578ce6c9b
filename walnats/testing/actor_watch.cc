#include "walnats/testing/actor_watch.h"

#include <utility>

namespace walnats::testing {

// Counts for as long as a coroutine has not ended, however it ends.
class ActorWatch::Count {
 public:
  explicit Count(int& count) : count_(count) { ++count_; }
  ~Count() { --count_; }
  Count(const Count&) = delete;
  Count& operator=(const Count&) = delete;

 private:
  int& count_;
};

class ActorWatch::Shell final : public walnats::internal::Handler {
 public:
  Shell(std::shared_ptr<const Handler> inner, std::shared_ptr<ActorWatch> watch)
      : inner_(std::move(inner)), watch_(std::move(watch)) {}

  bool plain() const override { return inner_->plain(); }
  bool blocking() const override { return inner_->blocking(); }
  std::string schema() const override { return inner_->schema(); }
  std::type_index message_type() const override {
    return inner_->message_type();
  }
  const void* MessageIn(const walnats::internal::Slot& slot) const override {
    return inner_->MessageIn(slot);
  }
  std::unique_ptr<walnats::internal::Slot> NewSlot() const override {
    return inner_->NewSlot();
  }
  absl::Status Decode(std::string_view bytes,
                      walnats::internal::Slot& slot) const override {
    return inner_->Decode(bytes, slot);
  }
  absl::Status Call(walnats::internal::Slot& slot,
                    const Context& context) const override {
    if (absl::Status failed = watch_->TakeFailure(); !failed.ok()) {
      return failed;
    }
    return inner_->Call(slot, context);
  }
  Task<absl::Status> Run(walnats::internal::Slot& slot,
                         const Context& context) const override {
    const Count running(watch_->running_);
    if (absl::Status failed = watch_->TakeFailure(); !failed.ok()) {
      co_return failed;
    }
    co_return co_await inner_->Run(slot, context);
  }

 private:
  const std::shared_ptr<const Handler> inner_;
  const std::shared_ptr<ActorWatch> watch_;
};

Actor ActorWatch::Wrap(const Actor& actor, std::shared_ptr<ActorWatch> watch) {
  return actor.WithHandler(
      std::make_shared<Shell>(actor.handler(), std::move(watch)));
}

void ActorWatch::FailNext(int count, absl::Status status) {
  failures_ = count;
  failure_ = std::move(status);
}

absl::Status ActorWatch::TakeFailure() {
  if (failures_ == 0) return absl::OkStatus();
  --failures_;
  return failure_;
}

Task<void> ActorWatch::Sleep(absl::Duration duration) {
  const Count sleeping(sleeping_);
  co_await clock_.Sleep(duration);
}

}  // namespace walnats::testing
