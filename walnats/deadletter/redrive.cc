#include "walnats/deadletter/redrive.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "walnats/base/steps.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/filter.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/deadletter/records.h"
#include "walnats/deadletter/redrive_message.h"
#include "walnats/deadletter/streams.h"
#include "walnats/transport/owned_message.h"
#include "walnats/transport/publication.h"

namespace walnats::internal {
namespace {

// Whether what stands in the queue under the letter's subject is the letter,
// not one of its number of another "walnats-dead".
bool IsRedriveOf(const transport::StoredMessage& queued,
                 const v1::DeadLetter& letter) {
  std::vector<Header> headers;
  for (const transport::StoredHeader& header : queued.headers) {
    headers.push_back({header.name, header.value});
  }
  const transport::Message message =
      transport::OwnedMessage(queued.subject, "", headers, "");
  const std::optional<Origin> origin = RedrivenOrigin(message);
  return origin.has_value() &&
         SameLetter(RecordAbout(*origin, letter.actor()), RecordAbout(letter));
}

absl::Status Gone(const v1::DeadLetter& letter) {
  return Error(absl::StatusCode::kNotFound, "its body was too large to be ",
               "kept, and message ", letter.sequence(), " of stream ",
               Quoted(letter.stream()), " is there no more");
}

}  // namespace

Task<absl::StatusOr<RedriveResult>> Redrive::Run() {
  if (options_.by.empty() && !options_.dry_run) {
    co_return absl::FailedPreconditionError(
        "redrive: RedriveOptions::by does not say who does it");
  }
  absl::Status status = co_await Plan();
  if (status.ok() && !plan_.empty() && !options_.dry_run) {
    status = co_await MakeQueue();
  }
  if (!status.ok()) co_return status;
  int64_t done = 0;
  for (const Planned& planned : plan_) {
    if (!options_.dry_run) co_await KeepPace();
    absl::StatusOr<DeadLetterEntry> entry =
        co_await reader_.GetLetter(planned.number);
    absl::StatusOr<Fate> fate = Fate::kProblem;
    if (entry.ok()) {
      fate = co_await RedriveOne(planned, *entry);
    } else if (absl::IsNotFound(entry.status())) {
      Problem(planned.number, "it was removed in the meantime");
    } else {
      fate = entry.status();
    }
    if (!fate.ok()) {
      co_return Error(fate.status().code(), "redrive: after ", done, " of ",
                      plan_.size(), " letters: ", fate.status().message());
    }
    if (*fate == Fate::kQueued) ++result_.queued;
    if (*fate == Fate::kAlready) ++result_.already;
    ++done;
    if (entry.ok() && options_.progress && !options_.progress(*entry, done)) {
      break;
    }
  }
  co_return std::move(result_);
}

Task<absl::Status> Redrive::Plan() {
  DeadLetterFilter all = filter_;
  all.redriven = true;
  all.limit = INT64_MAX;
  const LetterReader::Visitor visit = [this](const DeadLetterEntry& entry,
                                             bool recorded) {
    if (recorded) {
      ++result_.already;
    } else {
      const v1::DeadLetter& letter = *entry.letter;
      plan_.push_back({letter.stream(), letter.sequence(), entry.number,
                       IsRedriven(entry.state)});
    }
    return true;
  };
  absl::Status visited = co_await reader_.Visit(all, visit);
  std::ranges::sort(plan_, {}, [](const Planned& one) {
    return std::tie(one.stream, one.sequence, one.number);
  });
  const auto limit = static_cast<uint64_t>(std::max<int64_t>(filter_.limit, 0));
  if (plan_.size() > limit) plan_.resize(limit);
  result_.matched = result_.already + static_cast<int64_t>(plan_.size());
  co_return visited;
}

// Usually Register has made it.
Task<absl::Status> Redrive::MakeQueue() {
  const absl::StatusOr<transport::StreamInfo> dead =
      co_await transport_.GetStream(kDeadStream);
  if (!dead.ok()) co_return dead.status();
  const transport::StreamConfig queue =
      RedriveStreamConfig(dead->config.replicas);
  const absl::StatusOr<std::vector<std::string>> ensured =
      co_await EnsureStream(transport_, queue, true);
  co_return ensured.status();
}

// What was late is not made up for in a burst.
Task<void> Redrive::KeepPace() {
  if (options_.rate <= 0) co_return;
  const absl::Time now = clock_.Now();
  const absl::Time turn = std::max(now, next_);
  next_ = turn + absl::Seconds(1) / options_.rate;
  co_await clock_.Sleep(turn - now);
}

Redrive::Fate Redrive::Problem(uint64_t number, std::string_view why) {
  result_.problems.push_back(Cat("letter ", number, ": ", why));
  return Fate::kProblem;
}

Task<absl::StatusOr<Redrive::Fate>> Redrive::RedriveOne(
    const Planned& planned, DeadLetterEntry& entry) {
  absl::StatusOr<Fate> fate = Fate::kQueued;
  if (planned.settled) {
    if (!options_.dry_run) fate = co_await Record(*entry.letter, entry.number);
  } else if (entry.letter->body_left_out()) {
    v1::DeadLetter whole = *entry.letter;
    const absl::Status restored = co_await RestoreBody(whole);
    if (absl::IsNotFound(restored)) {
      co_return Problem(entry.number, ToStd(restored.message()));
    }
    if (!restored.ok()) co_return restored;
    fate = co_await Send(whole, entry.number);
  } else {
    fate = co_await Send(*entry.letter, entry.number);
  }
  const bool sent = fate.ok() && *fate != Fate::kProblem && !options_.dry_run;
  if (sent) entry.state = LetterState::kRedriven;
  co_return fate;
}

Task<absl::StatusOr<Redrive::Fate>> Redrive::Send(const v1::DeadLetter& letter,
                                                  uint64_t number) {
  const RedriveMessage message(letter, number);
  const absl::Status fits = message.Check(transport_.server().max_payload);
  if (!fits.ok()) co_return Problem(number, ToStd(fits.message()));
  if (options_.dry_run) co_return Fate::kQueued;
  AtStep("redrive: before publish");
  const absl::StatusOr<transport::PubAck> ack =
      co_await PublishAndWait(transport_, message.message(), message.expect());
  if (absl::IsAborted(ack.status())) {
    const transport::GetOptions last{
        .last_by_subject = std::string(message.message().subject)};
    const absl::StatusOr<transport::StoredMessage> queued =
        co_await transport_.GetMessage(kRedriveStream, last);
    // Gone: it was handled just now.
    if (!queued.ok() && !absl::IsNotFound(queued.status())) {
      co_return queued.status();
    }
    if (queued.ok() && !IsRedriveOf(*queued, letter)) {
      co_return Problem(number,
                        "a letter of another stream \"walnats-dead\" "
                        "with its number still is in the queue");
    }
  } else if (!ack.ok()) {
    co_return ack.status();
  }
  AtStep("redrive: published");
  absl::StatusOr<Fate> fate = co_await Record(letter, number);
  if (fate.ok()) AtStep("redrive: recorded");
  co_return fate;
}

// Whoever stores the record has redriven it: of two senders one, and after a
// crash the one that goes on.
Task<absl::StatusOr<Redrive::Fate>> Redrive::Record(
    const v1::DeadLetter& letter, uint64_t number) {
  v1::DeadLetterRecord record = RecordAbout(letter);
  record.set_kind(v1::DeadLetterRecord::KIND_REDRIVEN);
  *record.mutable_at() = ToProto(clock_.Now());
  record.set_by(options_.by);
  record.set_reason(options_.reason);
  const absl::StatusOr<bool> stored =
      co_await StoreRecord(transport_, number, record);
  if (!stored.ok()) co_return stored.status();
  co_return *stored ? Fate::kQueued : Fate::kAlready;
}

Task<absl::Status> Redrive::RestoreBody(v1::DeadLetter& letter) {
  const absl::StatusOr<transport::StreamInfo> info =
      co_await transport_.GetStream(letter.stream());
  if (absl::IsNotFound(info.status())) co_return Gone(letter);
  if (!info.ok()) co_return info.status();
  if (letter.has_stream_created() &&
      info->created != FromProto(letter.stream_created())) {
    co_return Gone(letter);
  }
  const transport::GetOptions options{.sequence = letter.sequence()};
  const absl::StatusOr<transport::StoredMessage> original =
      co_await transport_.GetMessage(letter.stream(), options);
  if (absl::IsNotFound(original.status())) co_return Gone(letter);
  if (!original.ok()) co_return original.status();
  if (original->time != FromProto(letter.stored_at())) co_return Gone(letter);
  letter.set_body(original->body);
  letter.clear_headers();
  for (const transport::StoredHeader& header : original->headers) {
    v1::Header& copy = *letter.add_headers();
    copy.set_name(header.name);
    copy.set_value(header.value);
  }
  co_return absl::OkStatus();
}

}  // namespace walnats::internal
