#include "walnats/testing/jetstream_model/consumer.h"

#include <algorithm>
#include <utility>

#include "walnats/testing/jetstream_model/consumer_advisories.h"
#include "walnats/testing/jetstream_model/consumer_start.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::AckPolicy;

// The server's own defaults.
constexpr absl::Duration kAckWait = absl::Seconds(30);
constexpr absl::Duration kInactiveThreshold = absl::Seconds(5);

transport::ConsumerConfig WithDefaults(transport::ConsumerConfig config) {
  if (config.ack_wait <= absl::ZeroDuration()) config.ack_wait = kAckWait;
  if (!config.durable && !config.inactive_threshold) {
    config.inactive_threshold = kInactiveThreshold;
  }
  return config;
}

}  // namespace

Consumer::Consumer(const ConsumerScope& scope, transport::ConsumerConfig config,
                   absl::Time now)
    : scope_(scope),
      config_(WithDefaults(std::move(config))),
      created_(now),
      pulls_(scope.version, scope.actions),
      positions_(StartOf(config_, scope.store, scope.version),
                 Has(scope.version, Difference::kFloorFromStart)),
      last_at_start_(scope.store.last()),
      last_active_(now) {
  const std::vector<uint64_t> lasts = LastPerSubject(config_, scope.store);
  last_per_subject_.assign(lasts.begin(), lasts.end());
  if (inactive_threshold()) activity_check_ = now + *inactive_threshold();
}

transport::ConsumerInfo Consumer::Info(absl::Time now) const {
  const bool stored = Has(scope_.version, Difference::kStoredPositions);
  const Mark delivered =
      stored ? positions_.stored_delivered() : positions_.delivered();
  const Mark floor = stored ? positions_.stored_floor() : positions_.floor();
  const bool hides = config_.max_deliver == 1 &&
                     Has(scope_.version, Difference::kRedeliveriesHidden);
  const size_t redelivered = hides ? 0 : unsettled_.redelivered();
  return {.stream = scope_.stream,
          .config = config_,
          .created = created_,
          .delivered_stream_sequence = delivered.stream,
          .delivered_consumer_sequence = delivered.consumer,
          .ack_floor_stream_sequence = floor.stream,
          .ack_pending = static_cast<int64_t>(unsettled_.size()),
          .redelivered = static_cast<int64_t>(redelivered),
          .waiting = static_cast<int64_t>(pulls_.size()),
          .pending = remaining(),
          .paused = paused(now),
          .paused_until =
              paused(now) ? paused_until_ : absl::InfiniteFuture()};
}

Answer<Done> Consumer::Update(const transport::ConsumerConfig& config,
                              absl::Time now) {
  const std::optional<Refusal> refusal =
      RefuseUpdate(config_, config, scope_.version);
  if (refusal) return *refusal;
  config_ = WithDefaults(config);
  activity_check_ = inactive_threshold() ? now + *inactive_threshold()
                                         : absl::InfiniteFuture();
  ExpireWaits(now);
  Dispatch(now);
  return Done{};
}

void Consumer::Pause(absl::Time until, absl::Time now) {
  const absl::Time before = std::exchange(paused_until_, until);
  resumes_ = paused(now);
  if (before != until) {
    scope_.actions.push_back(
        ConsumerPaused(scope_.stream, config_.name, until, now));
  }
  Dispatch(now);
}

Answer<Done> Consumer::Reset(uint64_t sequence, absl::Time now) {
  const std::optional<Refusal> refusal =
      RefuseReset(config_, sequence, scope_.store);
  if (refusal) return *refusal;
  if (sequence == 0) sequence = positions_.floor().stream + 1;
  unsettled_.Clear();
  positions_ = Positions(sequence, /*floor_from_start=*/true);
  Dispatch(now);
  return Done{};
}

bool Consumer::Needs(uint64_t sequence, std::string_view subject) const {
  if (!MatchesAny(config_.filter_subjects, subject)) return false;
  const bool given_up = unsettled_.redeliveries(sequence) > 0;
  if (given_up && Has(scope_.version, Difference::kExhaustedNeeded)) {
    return true;
  }
  if (sequence <= positions_.floor().stream) return false;
  return config_.ack != AckPolicy::kExplicit ||
         sequence >= positions_.next_stream() ||
         unsettled_.Find(sequence) != nullptr;
}

void Consumer::DropInterest(uint64_t client, std::string_view pattern) {
  pulls_.Drop(client, pattern);
}

void Consumer::EndPulls(int code, std::string_view description, bool counted) {
  pulls_.End(code, description, counted);
}

}  // namespace walnats::testing::model
