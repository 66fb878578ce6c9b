#include "walnats/testing/jetstream_model/stream.h"

#include <algorithm>
#include <utility>

#include "walnats/testing/jetstream_model/advisories.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/stream_config.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::StoredMessage;

constexpr size_t kMaxMany = 1'024;

// Nobody gives a stream one of these: they are of what it has stored.
std::optional<std::string_view> MessageIdOf(const StoredMessage& message) {
  for (const transport::StoredHeader& header : message.headers) {
    if (header.name == kMessageIdHeader) return header.value;
  }
  return std::nullopt;
}

Answer<StoredMessage> Found(const StoredPtr& message) {
  if (!message) return MessageNotFound();
  return *message;
}

}  // namespace

Stream::Stream(transport::StreamConfig config, const Version& version,
               std::vector<Action>& actions, absl::Time now)
    : config_(std::move(config)),
      version_(version),
      actions_(actions),
      created_(now),
      store_(config_.storage),
      batches_(version) {
  Tell(StreamAdvisory(config_.name, Happening::kCreated, now));
}

Answer<Done> Stream::Update(const transport::StreamConfig& config,
                            absl::Time now) {
  if (auto refusal = CheckUpdate(config_, config, version_)) return *refusal;
  const bool interest = config.retention == Retention::kInterest &&
                        config_.retention != Retention::kInterest;
  config_ = config;
  Tell(StreamAdvisory(config_.name, Happening::kUpdated, now));
  EnforceLimits(now);
  ExpireByAge(now);
  window_.Expire(now, config_.duplicate_window);
  if (interest) RemoveUnneeded(now);
  ServeAll(now);
  return Done();
}

transport::StreamInfo Stream::Info() const {
  return {.config = config_,
          .created = created_,
          .messages = store_.messages(),
          .bytes = store_.bytes(),
          .first_sequence = store_.first(),
          .last_sequence = store_.last(),
          .consumers = static_cast<int64_t>(consumers_.size())};
}

bool Stream::Takes(std::string_view subject) const {
  return MatchesAny(config_.subjects, subject);
}

Answer<StoredMessage> Stream::Get(const transport::GetOptions& options) const {
  const bool last = !options.last_by_subject.empty();
  const bool next = !options.next_by_subject.empty();
  const int asked =
      (options.sequence > 0 ? 1 : 0) + (last ? 1 : 0) + (next ? 1 : 0);
  if (asked != 1) return BadRequest();
  if (last) return Found(store_.Last(std::span(&options.last_by_subject, 1)));
  if (next) {
    return Found(
        store_.Next(options.from, std::span(&options.next_by_subject, 1)));
  }
  return Found(store_.Find(options.sequence));
}

Answer<std::vector<StoredMessage>> Stream::GetMany(
    const transport::GetManyOptions& options) const {
  if (!Has(version_, Difference::kMultiGet)) return Silence();
  if (!config_.allow_direct) return NoResponders();
  const uint64_t up_to = options.up_to.value_or(0);
  const uint64_t end = up_to == 0 ? store_.last() : up_to;
  std::map<uint64_t, StoredPtr> found;
  for (const auto& [subject, sequences] : store_.subjects()) {
    if (!MatchesAny(options.subjects, subject)) continue;
    const auto after =
        std::upper_bound(sequences.begin(), sequences.end(), end);
    if (after == sequences.begin()) continue;
    found.emplace(*std::prev(after), store_.Find(*std::prev(after)));
  }
  if (found.empty()) return Refusal{404, 0, "No Results"};
  if (found.size() > kMaxMany) return Refusal{413, 0, "Too Many Results"};
  std::vector<StoredMessage> messages;
  for (const auto& [sequence, message] : found) messages.push_back(*message);
  return messages;
}

Answer<Done> Stream::Erase(uint64_t sequence, absl::Time now) {
  if (config_.deny_delete) {
    return DeleteFailed("message delete not permitted");
  }
  if (!store_.Find(sequence)) return CannotErase(sequence);
  Remove(sequence, now);
  ServeAll(now);
  return Done();
}

// The file store looks for a block first, and then for the message in it.
Refusal Stream::CannotErase(uint64_t sequence) const {
  const bool file = config_.storage == Storage::kFile;
  if (file && sequence > store_.last()) return DeleteFailed("stream store EOF");
  if (file && sequence < store_.first()) {
    return DeleteFailed("no message found");
  }
  return SequenceNotFound(sequence);
}

void Stream::Restart() {
  batches_.Clear();
  std::erase_if(consumers_, [](const auto& consumer) {
    return consumer.second->config().memory_storage;
  });
  for (const auto& [name, consumer] : consumers_) consumer->OnRestart();
  window_.Clear();
  last_message_id_.clear();
  for (const auto& [sequence, message] : store_.all()) {
    const std::optional<std::string_view> id = MessageIdOf(*message);
    // So that of an id that was rightly stored twice the later copy counts.
    window_.Expire(message->time, config_.duplicate_window);
    if (id) window_.Add(*id, sequence, message->time);
    last_message_id_ = id.value_or(std::string_view());
  }
}

void Stream::End(absl::Time now) {
  while (!consumers_.empty()) DeleteConsumer(consumers_.begin()->first, now);
  Tell(StreamAdvisory(config_.name, Happening::kDeleted, now));
}

void Stream::AdvanceTo(absl::Time now) {
  if (ExpireByAge(now)) ServeAll(now);
  window_.Expire(now, config_.duplicate_window);
  batches_.Expire(now);
  TellAbandoned(now);
  AdvanceConsumers(now);
}

absl::Time Stream::next() const {
  absl::Time next =
      std::min(batches_.next(), window_.next(config_.duplicate_window));
  if (config_.max_age && store_.messages() > 0) {
    const StoredMessage& oldest = *store_.all().begin()->second;
    next = std::min(next, oldest.time + *config_.max_age);
  }
  if (!expiries_.empty()) next = std::min(next, expiries_.begin()->first);
  for (const auto& [name, consumer] : consumers_) {
    next = std::min(next, consumer->next());
  }
  return next;
}

}  // namespace walnats::testing::model
