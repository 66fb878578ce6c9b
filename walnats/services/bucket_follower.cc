#include "walnats/services/bucket_follower.h"

#include <utility>

#include "walnats/runtime/spawn.h"

namespace walnats::internal {

BucketFollower::BucketFollower(Bucket bucket, std::string filter,
                               TimerQueue& clock, absl::Duration interval,
                               Events events)
    : bucket_(std::move(bucket)),
      filter_(std::move(filter)),
      clock_(clock),
      interval_(interval),
      events_(std::move(events)),
      again_(clock, [this] { Begin(); }) {}

Task<absl::Status> BucketFollower::ReadAll() {
  absl::StatusOr<KvWatch> watch = co_await bucket_.Watch(filter_);
  if (absl::IsNotFound(watch.status())) co_return absl::OkStatus();
  if (!watch.ok()) co_return watch.status();
  watch_ = *std::move(watch);
  while (!stopped_) {
    const absl::StatusOr<std::optional<KvEntry>> next = co_await watch_->Next();
    if (absl::IsNotFound(next.status())) {
      watch_.reset();
      break;
    }
    if (!next.ok()) co_return next.status();
    if (!next->has_value()) break;
    events_.changed(**next);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> BucketFollower::Load() {
  absl::Status status = co_await ReadAll();
  if (!status.ok()) watch_.reset();
  if (events_.loaded && !stopped_) events_.loaded(status);
  co_return status;
}

Task<absl::Status> BucketFollower::Follow() {
  if (!watch_) {
    const absl::Status loaded = co_await Load();
    if (!loaded.ok()) co_return loaded;
  }
  while (!stopped_ && watch_) {
    const absl::StatusOr<std::optional<KvEntry>> next = co_await watch_->Next();
    if (!next.ok()) co_return next.status();
    if (!stopped_ && next->has_value()) events_.changed(**next);
  }
  co_return absl::OkStatus();
}

void BucketFollower::Begin() {
  running_ = true;
  Spawn(clock_.executor(), Follow(), [this](const absl::Status&) {
    running_ = false;
    watch_.reset();
    if (!stopped_) again_.Set(clock_.Now() + interval_);
  });
}

void BucketFollower::Stop() {
  stopped_ = true;
  again_.Cancel();
  watch_.reset();
}

}  // namespace walnats::internal
