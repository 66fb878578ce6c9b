#include "walnats/deadletter/dead_stream.h"

#include <utility>
#include <vector>

#include "google/protobuf/util/time_util.h"
#include "walnats/base/steps.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/stored_form.h"
#include "walnats/deadletter/streams.h"
#include "walnats/transport/publication.h"
#include "walnats/transport/publish_headers.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {
namespace {

using google::protobuf::util::TimeUtil;

// Shorter than of an emit: the message comes again and its letter is stored
// then, and a drain waits for it meanwhile.
constexpr transport::PublishOptions kImpatient{
    .unsent_limit = absl::Seconds(5), .resolve_within = absl::Seconds(10)};

// Somebody writes the same subject at the same moment; he is done soon.
constexpr int kRounds = 5;

// The same for whoever stores this letter, another for another message of the
// same number, so that a duplicate is surely this letter.
std::string MessageId(const v1::DeadLetter& letter,
                      const std::string& subject) {
  return Cat(subject, "@", TimeUtil::TimestampToNanoseconds(letter.stored_at()),
             "@", TimeUtil::TimestampToNanoseconds(letter.stream_created()));
}

absl::Status Annotated(const absl::Status& status,
                       const v1::DeadLetter& letter) {
  if (status.ok()) return status;
  return Error(status.code(), "store dead letter ", Quoted(DeadSubject(letter)),
               ": ", status.message());
}

}  // namespace

DeadStream::DeadStream(transport::Transport& transport,
                       transport::StreamConfig config, bool create)
    : transport_(transport), config_(std::move(config)), create_(create) {}

Task<absl::Status> DeadStream::Store(const v1::DeadLetter& letter) {
  AtStep("dead: before the letter");
  absl::Status status = co_await Place(letter);
  // Nobody listens to the subject: no leader for the moment, or no stream.
  if (absl::IsUnavailable(status) || absl::IsNotFound(status)) {
    absl::Status restored = co_await Restore();
    if (restored.ok()) status = co_await Place(letter);
    if (absl::IsNotFound(restored)) status = std::move(restored);
  }
  if (status.ok()) AtStep("dead: letter stored");
  co_return Annotated(status, letter);
}

Task<absl::Status> DeadStream::Place(const v1::DeadLetter& letter) {
  const std::string subject = DeadSubject(letter);
  const transport::GetOptions last{.last_by_subject = subject};
  uint64_t after = 0;
  for (int round = 0; round < kRounds; ++round) {
    absl::Status status = co_await Publish(letter, subject, after);
    if (!absl::IsAborted(status)) co_return status;
    absl::StatusOr<transport::StoredMessage> found =
        co_await transport_.GetMessage(config_.name, last);
    if (absl::IsNotFound(found.status())) {
      after = 0;  // removed in the meantime
      continue;
    }
    if (!found.ok()) co_return found.status();
    v1::DeadLetter stored;
    if (stored.ParseFromString(found->body) && SameOrigin(stored, letter)) {
      co_return absl::OkStatus();
    }
    after = found->sequence;
  }
  co_return absl::UnavailableError("others write to its subject all the time");
}

Task<absl::Status> DeadStream::Publish(const v1::DeadLetter& letter,
                                       const std::string& subject,
                                       uint64_t after) {
  const std::string id = MessageId(letter, subject);
  const transport::Outgoing empty{.subject = subject};
  const transport::Expect expect{
      .stream = config_.name, .message_id = id, .subject_last_sequence = after};
  transport::PublishHeaders headers;
  const int64_t overhead =
      transport::PayloadSize(headers.Build(empty, expect), "");
  const std::string body =
      StoredForm(letter, transport_.server().max_payload - overhead);
  transport::Outgoing message = empty;
  message.body = body;
  const absl::StatusOr<transport::PubAck> ack =
      co_await PublishAndWait(transport_, message, expect, kImpatient);
  co_return ack.status();
}

Task<absl::Status> DeadStream::Restore() {
  const absl::StatusOr<std::vector<std::string>> ensured =
      co_await EnsureStream(transport_, config_, create_);
  if (absl::IsNotFound(ensured.status())) {
    co_return Error(absl::StatusCode::kNotFound, ensured.status().message(),
                    " (RegisterOptions::create is off)");
  }
  co_return ensured.status();
}

}  // namespace walnats::internal
