#include "walnats/testing/stored_letter.h"

#include <string_view>

#include "google/protobuf/util/time_util.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {
namespace {

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixNanos(
      google::protobuf::util::TimeUtil::TimestampToNanoseconds(time));
}

absl::StatusCode ToCode(std::string_view name) {
  for (int code = 0; code <= 16; ++code) {
    const auto candidate = static_cast<absl::StatusCode>(code);
    if (absl::StatusCodeToString(candidate) == name) return candidate;
  }
  return absl::StatusCode::kUnknown;
}

DeadLetter FromStored(const v1::DeadLetter& stored) {
  DeadLetter letter;
  letter.service = stored.service();
  letter.actor = stored.actor();
  letter.event = stored.event();
  letter.stream = stored.stream();
  letter.sequence = stored.sequence();
  letter.stored = ToTime(stored.stored_at());
  for (const v1::Header& header : stored.headers()) {
    letter.headers.push_back({header.name(), header.value()});
  }
  letter.body = stored.body();
  letter.body_left_out = stored.body_left_out();
  letter.schema = stored.schema();
  letter.attempts = stored.attempts();
  letter.status = absl::Status(ToCode(stored.code()), stored.error());
  letter.time = ToTime(stored.died_at());
  for (const v1::AttemptError& error : stored.errors()) {
    letter.errors.push_back(
        {error.attempt(), ToTime(error.at()),
         absl::Status(ToCode(error.code()), error.error())});
  }
  letter.generation = stored.generation();
  return letter;
}

}  // namespace

std::optional<DeadLetter> LetterIn(const transport::StoredMessage& message) {
  v1::DeadLetter stored;
  if (!message.subject.starts_with("walnats-dead.") ||
      !stored.ParseFromString(message.body)) {
    return std::nullopt;
  }
  return FromStored(stored);
}

}  // namespace walnats::testing
