#include "walnats/deadletter/records.h"

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/deadletter/streams.h"
#include "walnats/transport/publication.h"

namespace walnats::internal {
namespace {

constexpr std::string_view kPrefix = "walnats-dead-audit.";

// Somebody else writes or removes the same record; he is done soon.
constexpr int kRounds = 5;

std::string_view NameOf(RecordKind kind) {
  switch (kind) {
    case v1::DeadLetterRecord::KIND_REDRIVEN:
      return "redriven";
    case v1::DeadLetterRecord::KIND_SETTLED:
      return "settled";
    case v1::DeadLetterRecord::KIND_DEFERRED:
      return "deferred";
    default:
      return "unknown";
  }
}

}  // namespace

std::string RecordSubject(uint64_t number, RecordKind kind) {
  return Cat(kPrefix, number, ".", NameOf(kind));
}

std::string RecordsOf(uint64_t number) { return Cat(kPrefix, number, ".*"); }

std::optional<uint64_t> LetterOfRecord(std::string_view subject) {
  if (!subject.starts_with(kPrefix)) return std::nullopt;
  subject.remove_prefix(kPrefix.size());
  uint64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(subject.substr(0, subject.find('.'))),
                        &number)) {
    return std::nullopt;
  }
  return number;
}

v1::DeadLetterRecord RecordAbout(const v1::DeadLetter& letter) {
  v1::DeadLetterRecord record;
  record.set_stream(letter.stream());
  record.set_actor(letter.actor());
  record.set_sequence(letter.sequence());
  record.set_generation(letter.generation());
  *record.mutable_stored_at() = letter.stored_at();
  return record;
}

v1::DeadLetterRecord RecordAbout(const Origin& origin, std::string_view actor) {
  v1::DeadLetterRecord record;
  record.set_stream(std::string(origin.stream));
  record.set_actor(std::string(actor));
  record.set_sequence(origin.sequence);
  record.set_generation(origin.generation - 1);
  *record.mutable_stored_at() = ToProto(origin.time);
  return record;
}

bool SameLetter(const v1::DeadLetterRecord& a, const v1::DeadLetterRecord& b) {
  return a.stream() == b.stream() && a.actor() == b.actor() &&
         a.sequence() == b.sequence() && a.generation() == b.generation() &&
         FromProto(a.stored_at()) == FromProto(b.stored_at());
}

Task<absl::StatusOr<bool>> StoreRecord(transport::Transport& transport,
                                       uint64_t number,
                                       v1::DeadLetterRecord record,
                                       transport::PublishOptions options) {
  const std::string subject = RecordSubject(number, record.kind());
  const std::string body = record.SerializeAsString();
  // The same for all who say the same of this letter, so that a lost answer is
  // resolved.
  const std::string id =
      Cat(subject, "@", absl::ToUnixNanos(FromProto(record.stored_at())), ".",
          record.generation());
  const transport::Outgoing message{.subject = subject, .body = body};
  const transport::GetOptions last{.last_by_subject = subject};
  uint64_t after = 0;
  for (int round = 0; round < kRounds; ++round) {
    const transport::Expect expect{.stream = kDeadStream,
                                   .message_id = id,
                                   .subject_last_sequence = after};
    const absl::StatusOr<transport::PubAck> ack =
        co_await PublishAndWait(transport, message, expect, options);
    if (ack.ok()) co_return !ack->duplicate;
    if (!absl::IsAborted(ack.status())) co_return ack.status();
    const absl::StatusOr<transport::StoredMessage> found =
        co_await transport.GetMessage(kDeadStream, last);
    if (!found.ok() && !absl::IsNotFound(found.status())) {
      co_return found.status();
    }
    v1::DeadLetterRecord stored;
    if (found.ok() && stored.ParseFromString(found->body) &&
        SameLetter(stored, record)) {
      co_return false;
    }
    after = found.ok() ? found->sequence : 0;
  }
  co_return Error(absl::StatusCode::kUnavailable, "store ", subject,
                  ": others write to it all the time");
}

Task<absl::Status> ReplaceRecord(transport::Transport& transport,
                                 uint64_t number, v1::DeadLetterRecord record) {
  const std::string subject = RecordSubject(number, record.kind());
  const std::string body = record.SerializeAsString();
  const transport::Outgoing message{.subject = subject, .body = body};
  const transport::Expect expect{.stream = kDeadStream};
  const absl::StatusOr<transport::PubAck> ack =
      co_await PublishAndWait(transport, message, expect);
  if (!ack.ok()) co_return ack.status();
  const transport::PurgeOptions older{.filter = subject, .keep = 1};
  const absl::StatusOr<uint64_t> purged =
      co_await transport.PurgeStream(kDeadStream, older);
  co_return purged.status();
}

Task<absl::StatusOr<std::optional<v1::DeadLetterRecord>>> ReadRecord(
    transport::Transport& transport, uint64_t number, RecordKind kind,
    v1::DeadLetterRecord about) {
  const transport::GetOptions last{.last_by_subject =
                                       RecordSubject(number, kind)};
  const absl::StatusOr<transport::StoredMessage> found =
      co_await transport.GetMessage(kDeadStream, last);
  if (absl::IsNotFound(found.status())) co_return std::nullopt;
  if (!found.ok()) co_return found.status();
  v1::DeadLetterRecord record;
  if (!record.ParseFromString(found->body) || !SameLetter(record, about)) {
    co_return std::nullopt;
  }
  co_return record;
}

}  // namespace walnats::internal
