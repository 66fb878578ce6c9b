#include "walnats/actor/job.h"

#include <utility>

namespace walnats::internal {
namespace {

// The first delivery of a delayed message only learns that it must wait.
int64_t AttemptOf(const transport::Delivery& delivery) {
  const auto delivered = static_cast<int64_t>(delivery.info().delivered);
  if (delivered <= 1) return delivered;
  const auto delay = delivery.message().header(kDelayHeader);
  if (!delay.has_value()) return delivered;
  const std::optional<absl::Time> due = DecodeDelay(*delay);
  const bool waited = due.has_value() && *due > delivery.info().time;
  return waited ? delivered - 1 : delivered;
}

}  // namespace

Job::Job(const ActorScope& scope_in, transport::Delivery delivery_in)
    : scope(scope_in),
      delivery(std::move(delivery_in)),
      context(*this),
      attempt(AttemptOf(delivery)) {}

std::optional<absl::Time> DelayedUntil(const transport::Message& message,
                                       absl::Time now) {
  const auto header = message.header(kDelayHeader);
  if (!header.has_value()) return std::nullopt;
  const std::optional<absl::Time> due = DecodeDelay(*header);
  if (!due.has_value() || *due <= now) return std::nullopt;
  return due;
}

}  // namespace walnats::internal
