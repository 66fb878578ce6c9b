#include "walnats/deadletter/letters.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/deadletter/filter.h"
#include "walnats/deadletter/records.h"
#include "walnats/deadletter/streams.h"
#include "walnats/transport/stream_reader.h"

namespace walnats::internal {
namespace {

constexpr std::string_view kPrefix = "walnats-dead.";

absl::Status NoLetter(uint64_t number) {
  return Error(absl::StatusCode::kNotFound, "get dead letter ", number,
               ": there is none of that number");
}

LetterState NeverRedriven(const v1::DeadLetter& letter) {
  return letter.parked_behind() == 0 ? LetterState::kDead
                                     : LetterState::kParked;
}

// nullopt of what is no letter: somebody else may have published it.
std::optional<DeadLetterEntry> EntryOf(
    const transport::StoredMessage& message) {
  if (!message.subject.starts_with(kPrefix)) return std::nullopt;
  auto letter = std::make_shared<v1::DeadLetter>();
  if (!letter->ParseFromString(message.body)) return std::nullopt;
  const LetterState state = NeverRedriven(*letter);
  return DeadLetterEntry{message.sequence, state, std::move(letter)};
}

}  // namespace

LetterState LetterReader::StateOf(const v1::DeadLetter& letter,
                                  const Records& records) {
  const v1::DeadLetterRecord about = RecordAbout(letter);
  if (SameLetter(records.settled, about)) {
    return records.settled.reason() == "dead" ? LetterState::kDeadAgain
                                              : LetterState::kHandled;
  }
  if (SameLetter(records.redriven, about)) return LetterState::kRedriven;
  return NeverRedriven(letter);
}

bool LetterReader::IsRecorded(const v1::DeadLetter& letter,
                              const Records& records) {
  return SameLetter(records.redriven, RecordAbout(letter));
}

void LetterReader::Stop() {
  stopped_ = true;
  scan_.reset();
}

Task<absl::Status> LetterReader::Scan(
    std::string subjects,
    const std::function<bool(const transport::StoredMessage&)>& use) {
  transport::ReadOptions options;
  options.subjects = {std::move(subjects)};
  if (stopped_) co_return absl::CancelledError("stopped");
  scan_ = std::make_unique<transport::StreamReader>(transport_, clock_,
                                                    kDeadStream, options);
  absl::Status status;
  for (;;) {
    absl::StatusOr<std::optional<transport::StoredMessage>> next =
        co_await scan_->Next();
    if (!next.ok()) status = next.status();
    if (!next.ok() || !next->has_value() || !use(**next)) break;
  }
  scan_.reset();
  co_return status;
}

Task<absl::Status> LetterReader::ReadRecords(RecordsByLetter& records) {
  const auto use = [&](const transport::StoredMessage& message) {
    const std::optional<uint64_t> number = LetterOfRecord(message.subject);
    v1::DeadLetterRecord record;
    if (!number.has_value() || !record.ParseFromString(message.body)) {
      return true;
    }
    if (record.kind() == v1::DeadLetterRecord::KIND_REDRIVEN) {
      records[*number].redriven = std::move(record);
    } else if (record.kind() == v1::DeadLetterRecord::KIND_SETTLED) {
      records[*number].settled = std::move(record);
    }
    return true;
  };
  const std::function<bool(const transport::StoredMessage&)> each = use;
  co_return co_await Scan(kAllRecords, each);
}

Task<absl::Status> LetterReader::Visit(const DeadLetterFilter& filter,
                                       const Visitor& visit) {
  if (!filter.letters.empty()) co_return co_await VisitNumbered(filter, visit);
  RecordsByLetter records;
  absl::Status read = co_await ReadRecords(records);
  if (absl::IsNotFound(read)) co_return absl::OkStatus();
  if (!read.ok() || filter.limit <= 0) co_return read;
  int64_t left = filter.limit;
  const std::function<bool(const transport::StoredMessage&)> each =
      [&](const transport::StoredMessage& message) {
        std::optional<DeadLetterEntry> entry = EntryOf(message);
        if (!entry.has_value()) return true;
        const auto known = records.find(entry->number);
        bool recorded = false;
        if (known != records.end()) {
          entry->state = StateOf(*entry->letter, known->second);
          recorded = IsRecorded(*entry->letter, known->second);
        }
        if (!Matches(filter, *entry)) return true;
        return visit(*entry, recorded) && --left > 0;
      };
  co_return co_await Scan(SubjectOf(filter), each);
}

Task<absl::Status> LetterReader::VisitNumbered(const DeadLetterFilter& filter,
                                               const Visitor& visit) {
  const std::set<uint64_t> numbers(filter.letters.begin(),
                                   filter.letters.end());
  int64_t left = filter.limit;
  for (const uint64_t number : numbers) {
    if (left <= 0) break;
    absl::StatusOr<DeadLetterEntry> entry = co_await GetLetter(number);
    if (absl::IsNotFound(entry.status())) continue;
    if (!entry.ok()) co_return entry.status();
    Records records;
    const absl::Status read = co_await ReadRecordsOf(*entry, records);
    if (!read.ok()) co_return read;
    entry->state = StateOf(*entry->letter, records);
    if (!Matches(filter, *entry)) continue;
    if (!visit(*entry, IsRecorded(*entry->letter, records))) break;
    --left;
  }
  co_return absl::OkStatus();
}

Task<absl::StatusOr<DeadLetterEntry>> LetterReader::GetLetter(uint64_t number) {
  if (number == 0) co_return NoLetter(number);
  const transport::GetOptions options{.sequence = number};
  const absl::StatusOr<transport::StoredMessage> message =
      co_await transport_.GetMessage(kDeadStream, options);
  if (absl::IsNotFound(message.status())) co_return NoLetter(number);
  if (!message.ok()) co_return message.status();
  std::optional<DeadLetterEntry> entry = EntryOf(*message);
  if (!entry.has_value()) co_return NoLetter(number);
  co_return *std::move(entry);
}

Task<absl::StatusOr<DeadLetterEntry>> LetterReader::Get(uint64_t number) {
  absl::StatusOr<DeadLetterEntry> entry = co_await GetLetter(number);
  if (!entry.ok()) co_return entry;
  Records records;
  const absl::Status read = co_await ReadRecordsOf(*entry, records);
  if (!read.ok()) co_return read;
  entry->state = StateOf(*entry->letter, records);
  co_return entry;
}

Task<absl::Status> LetterReader::ReadRecordsOf(const DeadLetterEntry& entry,
                                               Records& records) {
  const v1::DeadLetterRecord about = RecordAbout(*entry.letter);
  for (auto [kind, record] :
       {std::pair(v1::DeadLetterRecord::KIND_REDRIVEN, &records.redriven),
        std::pair(v1::DeadLetterRecord::KIND_SETTLED, &records.settled)}) {
    absl::StatusOr<std::optional<v1::DeadLetterRecord>> found =
        co_await ReadRecord(transport_, entry.number, kind, about);
    if (!found.ok()) co_return found.status();
    if (found->has_value()) *record = **std::move(found);
  }
  co_return absl::OkStatus();
}

}  // namespace walnats::internal
