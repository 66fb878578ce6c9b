#include <algorithm>
#include <type_traits>
#include <variant>

#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/consumer_advisories.h"

namespace walnats::testing::model {

using transport::AckPolicy;

void Consumer::Settle(const DeliveryId& id, const Settlement& settlement,
                      absl::Time now, std::vector<uint64_t>& settled) {
  if (config_.ack == AckPolicy::kNone) return;
  last_active_ = now;
  if (inactive_threshold() &&
      Has(scope_.version, Difference::kPendingIsActivity)) {
    activity_check_ = now + *inactive_threshold();
  }
  if (const auto* nak = std::get_if<transport::Nak>(&settlement)) {
    HandBack(id, nak->delay, now);
  } else if (const auto* term = std::get_if<transport::Term>(&settlement)) {
    Terminate(id, term->reason, now, settled);
  } else if (std::holds_alternative<transport::Ack>(settlement)) {
    Acknowledge(id, settled);
  } else if (unsettled_.Find(id.stream_sequence) != nullptr) {
    unsettled_.Restart(id.stream_sequence, now);
  }
  Dispatch(now);
}

void Consumer::Acknowledge(const DeliveryId& id,
                           std::vector<uint64_t>& settled) {
  const uint64_t sequence = id.stream_sequence;
  if (sequence >= positions_.next_stream()) return;
  if (config_.ack == AckPolicy::kAll) return AcknowledgeAllTo(id, settled);
  const Unsettled::Pending* pending = unsettled_.Find(sequence);
  const bool given_up =
      pending == nullptr && unsettled_.redeliveries(sequence) > 0;
  if (pending == nullptr && !given_up) return;
  // Whichever delivery is acknowledged, the first one's number counts.
  Mark mark{id.consumer_sequence, sequence};
  if (pending != nullptr) mark.consumer = pending->consumer_sequence;
  unsettled_.Forget(sequence);
  if (!given_up) positions_.Settle(mark, unsettled_);
  settled.push_back(sequence);
}

void Consumer::AcknowledgeAllTo(const DeliveryId& id,
                                std::vector<uint64_t>& settled) {
  const uint64_t sequence = id.stream_sequence;
  const Mark floor = positions_.floor();
  if (id.consumer_sequence <= floor.consumer || sequence <= floor.stream) {
    return;
  }
  const bool known = unsettled_.Find(sequence) != nullptr;
  for (const auto& [pending, unused] : unsettled_.all()) {
    if (pending < sequence) settled.push_back(pending);
  }
  settled.push_back(sequence);
  unsettled_.ForgetBelow(sequence + 1);
  positions_.SettleAllTo({id.consumer_sequence, sequence}, known);
}

void Consumer::Terminate(const DeliveryId& id, std::string_view reason,
                         absl::Time now, std::vector<uint64_t>& settled) {
  const bool ignored =
      !reason.empty() && !Has(scope_.version, Difference::kTermReason);
  if (ignored) return;
  Acknowledge(id, settled);
  scope_.actions.push_back(MessageTerminated(id, reason, now));
}

void Consumer::HandBack(const DeliveryId& id, absl::Duration delay,
                        absl::Time now) {
  const uint64_t sequence = id.stream_sequence;
  if (id.consumer_sequence <= positions_.floor().consumer ||
      id.consumer_sequence > positions_.next_consumer() ||
      unsettled_.Find(sequence) == nullptr) {
    return;
  }
  scope_.actions.push_back(MessageNaked(id, now));
  if (delay <= absl::ZeroDuration()) return unsettled_.Queue(sequence);
  unsettled_.Unqueue(sequence);
  unsettled_.Restart(sequence, now + delay - config_.ack_wait);
}

void Consumer::GiveUp(uint64_t sequence, uint64_t delivered, absl::Time now) {
  const Version& version = scope_.version;
  const auto most = static_cast<uint64_t>(config_.max_deliver);
  const Mark mark{unsettled_.Find(sequence)->consumer_sequence, sequence};
  if (delivered == most || Has(version, Difference::kLoweredTold)) {
    scope_.actions.push_back(MaxDeliveries(IdOf(sequence, delivered), now));
  }
  unsettled_.GiveUp(sequence);
  if (Has(version, Difference::kFloorPassesExhausted) ||
      Has(version, Difference::kStoredPositions)) {
    positions_.GiveUp(mark, unsettled_);
  }
}

}  // namespace walnats::testing::model
