#pragma once

// Times in stored forms, which keep the server's nanoseconds.

#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"

namespace walnats::internal {

inline google::protobuf::Timestamp ToProto(absl::Time time) {
  return google::protobuf::util::TimeUtil::NanosecondsToTimestamp(
      absl::ToUnixNanos(time));
}

inline absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixNanos(
      google::protobuf::util::TimeUtil::TimestampToNanoseconds(time));
}

}  // namespace walnats::internal
