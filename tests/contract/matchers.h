#pragma once

// Statuses in EXPECT_THAT; each takes an absl::Status or a StatusOr.

#include <gmock/gmock.h>

#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "walnats/status.h"

namespace walnats::contract {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// What a verb came to, and the server's own code: 0 if it has none, kAnyCode
// matches every one.
class StatusMatcher {
 public:
  static constexpr int kAnyCode = -1;

  StatusMatcher(absl::StatusCode code, int server_code)
      : code_(code), server_code_(server_code) {}

  template <class T>
  bool MatchAndExplain(const T& result,
                       ::testing::MatchResultListener* listener) const {
    const absl::Status& status = StatusOf(result);
    const int server_code = ServerCode(status).value_or(0);
    *listener << "which is " << absl::StatusCodeToString(status.code())
              << ", server code " << server_code << ": "
              << std::string(status.message());
    return status.code() == code_ &&
           (server_code_ == kAnyCode || server_code_ == server_code);
  }
  void DescribeTo(std::ostream* out) const {
    *out << "is " << absl::StatusCodeToString(code_);
    if (server_code_ != kAnyCode) *out << ", server code " << server_code_;
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "not ";
    DescribeTo(out);
  }

 private:
  const absl::StatusCode code_;
  const int server_code_;
};

inline auto IsOk() {
  return ::testing::MakePolymorphicMatcher(
      StatusMatcher(absl::StatusCode::kOk, 0));
}

// Not ours alone: the server's code is left open.
inline auto HasCode(absl::StatusCode code) {
  return ::testing::MakePolymorphicMatcher(
      StatusMatcher(code, StatusMatcher::kAnyCode));
}

// By the server, with its own code; 0 for a refusal without one.
inline auto IsRefused(absl::StatusCode code, int server_code) {
  return ::testing::MakePolymorphicMatcher(StatusMatcher(code, server_code));
}

}  // namespace walnats::contract
