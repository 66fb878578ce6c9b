#include "walnats/testing/dead_letter_log.h"

#include "google/protobuf/util/time_util.h"
#include "walnats/base/strings.h"
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
  letter.schema = stored.schema();
  letter.attempts = stored.attempts();
  letter.status = absl::Status(ToCode(stored.code()), stored.error());
  letter.time = ToTime(stored.died_at());
  return letter;
}

}  // namespace

Task<absl::Status> DeadLetterLog::Store(const v1::DeadLetter& letter) {
  letters_->push_back(FromStored(letter));
  co_return absl::OkStatus();
}

}  // namespace walnats::testing
