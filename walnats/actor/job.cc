#include "walnats/actor/job.h"

#include <utility>

#include "walnats/transport/owned_message.h"

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

Origin OriginOf(const ActorScope& scope, const transport::Delivery& delivery,
                const Source* source) {
  if (source != nullptr) return *RedrivenOrigin(delivery.message());
  return OwnOrigin(delivery, scope.stream_created);
}

// What an attempt knows besides its delivery and its turn.
void CopyState(const Job& from, Job& to) {
  to.key = from.key;
  to.has_key = from.has_key;
  to.started = from.started;
  to.ended = from.ended;
  to.attempt = from.attempt;
  to.unverified = from.unverified;
  to.parked_behind = from.parked_behind;
  to.dead_of = from.dead_of;
  to.probe = from.probe;
  to.set_deadline(from.deadline());
}

}  // namespace

Job::Job(const ActorScope& scope_in, transport::Delivery delivery_in,
         Source* source_in, SourcePlace place_in)
    : scope(scope_in),
      delivery(std::move(delivery_in)),
      origin(OriginOf(scope, delivery, source_in)),
      source(source_in),
      place(std::move(place_in)),
      context(*this),
      attempt(AttemptOf(delivery)) {
  LaneEntry::sequence = origin.sequence;
  LaneEntry::generation = origin.generation;
  LaneEntry::stream_created = origin.stream_created;
}

std::unique_ptr<Job> Job::Moved(Job& job) {
  auto moved = std::make_unique<Job>(job.scope, std::move(job.delivery),
                                     job.source, std::move(job.place));
  CopyState(job, *moved);
  moved->turn = std::move(job.turn);
  return moved;
}

std::unique_ptr<Job> Job::CopyOf(const Job& job) {
  auto copy = std::make_unique<Job>(job.scope, transport::CopyOf(job.delivery),
                                    job.source);
  CopyState(job, *copy);
  copy->turn = job.turn;
  return copy;
}

std::optional<absl::Time> DelayedUntil(const transport::Message& message,
                                       absl::Time now) {
  const auto header = message.header(kDelayHeader);
  if (!header.has_value()) return std::nullopt;
  const std::optional<absl::Time> due = DecodeDelay(*header);
  if (!due.has_value() || *due <= now) return std::nullopt;
  return due;
}

}  // namespace walnats::internal
