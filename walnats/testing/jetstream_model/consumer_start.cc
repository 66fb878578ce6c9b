#include "walnats/testing/jetstream_model/consumer_start.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::DeliverPolicy;

uint64_t Wanted(const transport::ConsumerConfig& config,
                const MessageStore& store) {
  switch (config.deliver) {
    case DeliverPolicy::kAll:
      return store.first();
    case DeliverPolicy::kNew:
      return store.last() + 1;
    case DeliverPolicy::kLast: {
      const StoredPtr last = store.Last(config.filter_subjects);
      return last == nullptr ? 0 : last->sequence;
    }
    case DeliverPolicy::kLastPerSubject: {
      const std::vector<uint64_t> lasts = LastPerSubject(config, store);
      return lasts.empty() ? store.last() : lasts.front();
    }
    case DeliverPolicy::kBySequence:
      return config.start_sequence;
    case DeliverPolicy::kByTime:
      return FirstSince(config.start_time, store);
  }
  return 1;
}

}  // namespace

uint64_t StartOf(const transport::ConsumerConfig& config,
                 const MessageStore& store, const Version& version) {
  const bool may_wait = config.deliver == DeliverPolicy::kBySequence &&
                        Has(version, Difference::kFutureStart);
  const uint64_t wanted = Wanted(config, store);
  const uint64_t first = std::max<uint64_t>(store.first(), 1);
  if (wanted < first) return first;
  return may_wait ? wanted : std::min(wanted, store.last() + 1);
}

std::vector<uint64_t> LastPerSubject(const transport::ConsumerConfig& config,
                                     const MessageStore& store) {
  if (config.deliver != DeliverPolicy::kLastPerSubject) return {};
  std::map<std::string_view, uint64_t> lasts;
  for (const auto& [sequence, message] : store.all()) {
    if (!MatchesAny(config.filter_subjects, message->subject)) continue;
    lasts[message->subject] = sequence;
  }
  std::vector<uint64_t> sequences;
  for (const auto& [subject, sequence] : lasts) sequences.push_back(sequence);
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

uint64_t FirstSince(absl::Time time, const MessageStore& store) {
  for (const auto& [sequence, message] : store.all()) {
    if (message->time >= time) return sequence;
  }
  return store.last() + 1;
}

}  // namespace walnats::testing::model
