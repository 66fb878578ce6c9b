#pragma once

// What became of a dead letter: its records in the stream "walnats-dead", under
// walnats-dead-audit.<number of the letter>.<kind>. They are what a redrive
// that was cut off goes on from, and what keeps it from being handled twice.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "walnats/actor/origin.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {

using RecordKind = v1::DeadLetterRecord::Kind;

inline constexpr char kAllRecords[] = "walnats-dead-audit.>";

std::string RecordSubject(uint64_t number, RecordKind kind);
// All of one letter.
std::string RecordsOf(uint64_t number);
// The number of the letter; nullopt if it is not the subject of a record.
std::optional<uint64_t> LetterOfRecord(std::string_view subject);

// A record that says nothing yet but which letter it is about: this one, or the
// one from which `actor` got a redriven message of that origin.
v1::DeadLetterRecord RecordAbout(const v1::DeadLetter& letter);
v1::DeadLetterRecord RecordAbout(const Origin& origin, std::string_view actor);

// False if one of them is about the letter of another "walnats-dead" that had
// the same number.
bool SameLetter(const v1::DeadLetterRecord& a, const v1::DeadLetterRecord& b);

// Stores `record` (with its kind) of letter `number`, if that has none of the
// kind: true. False if it has one.
Task<absl::StatusOr<bool>> StoreRecord(transport::Transport& transport,
                                       uint64_t number,
                                       v1::DeadLetterRecord record,
                                       transport::PublishOptions options = {});

// In the place of the one before.
Task<absl::Status> ReplaceRecord(transport::Transport& transport,
                                 uint64_t number, v1::DeadLetterRecord record);

// nullopt if there is none of that kind about the same letter.
Task<absl::StatusOr<std::optional<v1::DeadLetterRecord>>> ReadRecord(
    transport::Transport& transport, uint64_t number, RecordKind kind,
    v1::DeadLetterRecord about);

}  // namespace walnats::internal
