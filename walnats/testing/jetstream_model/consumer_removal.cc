// What becomes of deliveries whose message leaves the stream.

#include <algorithm>
#include <span>

#include "walnats/testing/jetstream_model/consumer.h"
#include "walnats/testing/jetstream_model/consumer_advisories.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {

void Consumer::OnRemoved(uint64_t sequence, absl::Time now) {
  if (sequence >= positions_.next_stream() || !last_per_subject_.empty()) {
    std::erase(last_per_subject_, sequence);
  }
  const Unsettled::Pending* pending = unsettled_.Find(sequence);
  if (pending == nullptr) {
    unsettled_.Forget(sequence);
    return;
  }
  const uint64_t again = unsettled_.redeliveries(sequence);
  DeliveryId id = IdOf(sequence, std::max<uint64_t>(again, 1));
  id.consumer_sequence = pending->consumer_sequence;
  unsettled_.Forget(sequence);
  positions_.Settle({id.consumer_sequence, sequence}, unsettled_);
  const bool says = Has(scope_.version, Difference::kRemovalTerminates);
  scope_.actions.push_back(MessageTerminated(
      id, says ? "Unacknowledged message was deleted" : "", now));
}

void Consumer::OnPurged(uint64_t first, absl::Time) {
  Purge(first, /*holes=*/false);
}

void Consumer::OnPurged(const std::string& filter, absl::Time) {
  const std::vector<std::string>& own = config_.filter_subjects;
  const auto covered = [&](const std::string& f) { return Covers(filter, f); };
  const auto covers = [&](const std::string& f) { return Covers(f, filter); };
  const bool narrower = std::any_of(own.begin(), own.end(), covered);
  const bool wider = own.empty() || std::any_of(own.begin(), own.end(), covers);
  const bool spares = Has(scope_.version, Difference::kSubjectPurgeSpares);
  if (spares ? narrower : wider) {
    const StoredPtr left = scope_.store.Next(0, std::span(&filter, 1));
    Purge(left == nullptr ? scope_.store.last() + 1 : left->sequence,
          /*holes=*/false);
  } else if (wider) {
    Purge(scope_.store.first(), /*holes=*/true);
  }
}

void Consumer::Purge(uint64_t first, bool holes) {
  unsettled_.ClearQueue();
  std::erase_if(last_per_subject_, [&](uint64_t s) { return s < first; });
  if (!Has(scope_.version, Difference::kPurgeKeepsPending)) {
    unsettled_.GiveUpAll();
    positions_.PurgeAll(first);
    return;
  }
  std::vector<uint64_t> gone;
  for (const auto& [sequence, pending] : unsettled_.all()) {
    const bool hole = holes && positions_.floor().stream < first &&
                      scope_.store.Find(sequence) == nullptr;
    if (sequence < first || hole) gone.push_back(sequence);
  }
  uint64_t last = 0;
  for (const uint64_t sequence : gone) {
    last = std::max(last, unsettled_.Find(sequence)->consumer_sequence);
    unsettled_.Forget(sequence);
  }
  positions_.Purge(first, last, unsettled_);
}

}  // namespace walnats::testing::model
