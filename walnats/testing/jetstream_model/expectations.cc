#include "walnats/testing/jetstream_model/expectations.h"

#include <limits>
#include <span>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/stream_config.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::testing::model {
namespace {

constexpr char kMessagesExceeded[] = "maximum messages exceeded";
constexpr char kBytesExceeded[] = "maximum bytes exceeded";
constexpr char kSubjectExceeded[] = "maximum messages per subject exceeded";

bool IsKnownRollup(std::string_view rollup) {
  return rollup == "sub" || rollup == "all";
}

bool Exceeds(uint64_t count, const std::optional<int64_t>& limit) {
  return limit && count > static_cast<uint64_t>(*limit);
}

uint64_t CountOf(const MessageStore& store, std::string_view subject) {
  const auto found = store.subjects().find(subject);
  return found == store.subjects().end() ? 0 : found->second.size();
}

Refusal UnknownRollup(std::string_view rollup) {
  return RollupFailed(Cat("rollup value invalid: ", Quoted(rollup)));
}

bool MayRollUp(const transport::StreamConfig& config) {
  return config.allow_rollup && !config.deny_purge;
}

// Which subject a sequence is expected of, if any.
std::string_view ExpectedSubject(const PublishRequest& request,
                                 std::string_view subject,
                                 const Version& version) {
  const bool named =
      !request.subject.empty() && Has(version, Difference::kExpectedSubject);
  return named ? request.subject : subject;
}

std::optional<Refusal> CheckSubjectSequence(const PublishRequest& request,
                                            std::string_view subject,
                                            const MessageStore& store,
                                            const Version& version) {
  if (!request.subject_last_sequence) {
    const bool refused = !request.subject.empty() &&
                         Has(version, Difference::kSubjectNeedsSequence);
    return refused ? std::optional(SubjectWithoutSequence()) : std::nullopt;
  }
  const std::string expected(ExpectedSubject(request, subject, version));
  const StoredPtr last = store.Last(std::span(&expected, 1));
  const uint64_t sequence = last ? last->sequence : 0;
  if (sequence == *request.subject_last_sequence) return std::nullopt;
  return WrongLastSequence(sequence);
}

}  // namespace

std::optional<Refusal> CheckSequences(const PublishRequest& request,
                                      std::string_view subject,
                                      const MessageStore& store,
                                      const Version& version) {
  if (auto refusal = CheckSubjectSequence(request, subject, store, version)) {
    return refusal;
  }
  if (request.last_sequence && *request.last_sequence != store.last()) {
    return WrongLastSequence(store.last());
  }
  return std::nullopt;
}

std::optional<Refusal> CheckRollup(const PublishRequest& request,
                                   const transport::StreamConfig& config,
                                   const Version& version) {
  if (request.rollup.empty()) return std::nullopt;
  if (!MayRollUp(config)) return RollupFailed("rollup not permitted");
  if (IsKnownRollup(request.rollup)) return std::nullopt;
  return Has(version, Difference::kRollupValueRefused)
             ? UnknownRollup(request.rollup)
             : Silence();
}

std::optional<Refusal> CheckSize(const transport::Outgoing& message,
                                 const transport::StreamConfig& config) {
  const int64_t size = transport::PayloadSize(message.headers, message.body);
  if (config.max_message_size && size > *config.max_message_size) {
    return MessageTooLarge();
  }
  const int64_t headers = size - static_cast<int64_t>(message.body.size());
  if (headers > std::numeric_limits<uint16_t>::max()) {
    return HeadersTooLarge();
  }
  return std::nullopt;
}

std::optional<Refusal> CheckRoom(const transport::StoredMessage& message,
                                 bool rollup, const MessageStore& store,
                                 const transport::StreamConfig& config) {
  if (config.discard != Discard::kNew) return std::nullopt;
  const uint64_t of_subject = CountOf(store, message.subject);
  // The oldest of its subject makes room for it then.
  const bool replaces =
      of_subject > 0 &&
      Exceeds(of_subject + 1, config.max_messages_per_subject);
  if (replaces && !rollup && HasFlag(config, "discard_new_per_subject")) {
    return StoreFailed(kSubjectExceeded);
  }
  if (Exceeds(store.messages() + 1, config.max_messages) && !replaces) {
    return StoreFailed(kMessagesExceeded);
  }
  const uint64_t size = store.SizeOf(message);
  if (!Exceeds(store.bytes() + size, config.max_bytes)) return std::nullopt;
  if (replaces) {
    const auto oldest = store.subjects().find(message.subject);
    const StoredPtr replaced = store.Find(oldest->second.front());
    if (store.SizeOf(*replaced) >= size) return std::nullopt;
  }
  return StoreFailed(kBytesExceeded);
}

std::optional<Refusal> BatchExpectations::Check(
    const PublishRequest& request, const transport::StoredMessage& message) {
  const bool rollup = !request.rollup.empty();
  if (auto refusal = CheckSequences(request, message.subject)) return refusal;
  if (auto refusal = CheckRollup(request, message.subject)) return refusal;
  ++written_[message.subject];
  ++count_;
  bytes_ += store_.SizeOf(message);
  return CheckRoom(message.subject, rollup);
}

std::optional<Refusal> BatchExpectations::CheckSequences(
    const PublishRequest& request, const std::string& subject) const {
  if (request.last_sequence) {
    const uint64_t last = store_.last() + count_;
    if (*request.last_sequence != last) return WrongLastSequence(last);
    if (count_ > 0) return WrongLastSequenceInBatch();
  }
  const std::string expected(ExpectedSubject(request, subject, version_));
  if (request.subject_last_sequence && written_.contains(expected)) {
    return WrongLastSequenceInBatch();
  }
  return CheckSubjectSequence(request, subject, store_, version_);
}

std::optional<Refusal> BatchExpectations::CheckRollup(
    const PublishRequest& request, const std::string& subject) const {
  if (request.rollup.empty()) return std::nullopt;
  if (!MayRollUp(config_)) return RollupFailed("rollup not permitted");
  if (!IsKnownRollup(request.rollup)) return UnknownRollup(request.rollup);
  if (request.rollup == "sub" && written_.contains(subject)) {
    return RollupFailed("batch rollup sub invalid");
  }
  if (request.rollup == "all" && count_ > 0) {
    return RollupFailed("batch rollup all invalid");
  }
  return std::nullopt;
}

std::optional<Refusal> BatchExpectations::CheckRoom(const std::string& subject,
                                                    bool rollup) const {
  if (config_.discard != Discard::kNew) return std::nullopt;
  if (Exceeds(store_.messages() + count_, config_.max_messages)) {
    return StoreFailed(kMessagesExceeded);
  }
  if (Exceeds(store_.bytes() + bytes_, config_.max_bytes)) {
    return StoreFailed(kBytesExceeded);
  }
  const uint64_t of_subject =
      CountOf(store_, subject) + written_.find(subject)->second;
  if (!rollup && HasFlag(config_, "discard_new_per_subject") &&
      Exceeds(of_subject, config_.max_messages_per_subject)) {
    return StoreFailed(kSubjectExceeded);
  }
  return std::nullopt;
}

}  // namespace walnats::testing::model
