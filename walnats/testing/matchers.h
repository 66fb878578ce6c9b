#pragma once

// GoogleMock matchers for statuses, and for what the Harness has seen. This
// header alone needs GoogleMock, which its user links.
//
//   EXPECT_THAT(harness.Emit(kUserRegistered, user), IsOk());
//   EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, HasSubstr("10")));
//   EXPECT_THAT(harness.Attempts("welcome-email"),
//               ElementsAre(Retried(_, absl::Seconds(1)), Handled()));
//   EXPECT_THAT(harness.Messages(kMailSent),
//               ElementsAre(MessageIs(Property(&v1::MailSent::to, "ann"))));

#include <gmock/gmock.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "walnats/status.h"
#include "walnats/testing/attempt.h"
#include "walnats/testing/dead_letter.h"
#include "walnats/testing/stored.h"

namespace walnats::testing {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// ---- absl::Status and absl::StatusOr

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return arg.ok();
}

// A StatusOr whose value matches.
MATCHER_P(
    IsOkAndHolds, value,
    "is OK and holds a value that " +
        ::testing::DescribeMatcher<typename std::decay_t<arg_type>::value_type>(
            value, negation)) {
  if (!arg.ok()) {
    *result_listener << "which is " << StatusOf(arg).ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value, *arg, result_listener);
}

MATCHER_P2(StatusIs, code, message,
           std::string(negation ? "has not" : "has") + " the code " +
               absl::StatusCodeToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code &&
         ::testing::Matches(message)(std::string(status.message()));
}
MATCHER_P(StatusIs, code,
          std::string(negation ? "has not" : "has") + " the code " +
              absl::StatusCodeToString(code)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// The server's own JetStream error code, see ServerCode in status.h.
MATCHER_P(HasServerCode, code,
          std::string(negation ? "has not" : "has") + " the server's code " +
              ::testing::PrintToString(code)) {
  *result_listener << "which is " << StatusOf(arg).ToString();
  return ServerCode(StatusOf(arg)) == std::optional<int>(code);
}

// ---- what Harness::Messages returns

// It was decoded, and the message matches.
MATCHER_P(
    MessageIs, message,
    "is a message that " +
        ::testing::DescribeMatcher<decltype(std::decay_t<arg_type>::message)>(
            message, negation)) {
  if (!arg.decoded.ok()) {
    *result_listener << "which is undecodable";
    return false;
  }
  return ::testing::ExplainMatchResult(message, arg.message, result_listener);
}

// Its message id, a string.
MATCHER_P(HasId, id,
          "has an id that " +
              ::testing::DescribeMatcher<std::string>(id, negation)) {
  return ::testing::ExplainMatchResult(id, arg.id, result_listener);
}

MATCHER_P(HasTrace, trace,
          "has a trace that " +
              ::testing::DescribeMatcher<std::string>(trace, negation)) {
  return ::testing::ExplainMatchResult(trace, arg.trace, result_listener);
}

// The first value of the header `name`; one that is missing never matches.
MATCHER_P2(HasHeader, name, value,
           "has a header " + std::string(name) + " that " +
               ::testing::DescribeMatcher<std::string>(value, negation)) {
  const std::optional<std::string_view> header = arg.header(name);
  if (!header.has_value()) {
    *result_listener << "which has none";
    return false;
  }
  return ::testing::ExplainMatchResult(value, std::string(*header),
                                       result_listener);
}

// The same Protobuf message, by its bytes. Maps may differ in order.
MATCHER_P(EqualsProto, expected,
          std::string(negation ? "is not" : "is") + " equal to " +
              ::testing::PrintToString(expected)) {
  const google::protobuf::MessageLite& got = arg;
  return got.SerializeAsString() == expected.SerializeAsString();
}

// ---- what Harness::Attempts returns

MATCHER(Handled, negation ? "was not handled" : "was handled") {
  return arg.verdict == JobVerdict::kHandled;
}

// It failed with a status that matches, and comes again after `delay`.
MATCHER_P2(Retried, status, delay,
           "failed with a status that " +
               ::testing::DescribeMatcher<absl::Status>(status, negation) +
               " and is tried again after a delay that " +
               ::testing::DescribeMatcher<absl::Duration>(delay, negation)) {
  return arg.verdict == JobVerdict::kRetry &&
         ::testing::ExplainMatchResult(status, arg.status, result_listener) &&
         ::testing::ExplainMatchResult(delay, arg.delay, result_listener);
}
MATCHER_P(Retried, status,
          "failed with a status that " +
              ::testing::DescribeMatcher<absl::Status>(status, negation) +
              " and is tried again") {
  return arg.verdict == JobVerdict::kRetry &&
         ::testing::ExplainMatchResult(status, arg.status, result_listener);
}

// Its deadline had passed when it ended, so that it did not count.
MATCHER(Lost, negation ? "was not lost" : "was lost") {
  return arg.verdict == JobVerdict::kLost;
}

// ---- of an attempt, or what Harness::DeadLetters returns

// It made the message dead, with a status that matches.
MATCHER_P(Dead, status,
          "died with a status that " +
              ::testing::DescribeMatcher<absl::Status>(status, negation)) {
  if constexpr (std::is_same_v<std::decay_t<arg_type>, Attempt>) {
    if (arg.verdict != JobVerdict::kDead) return false;
  }
  return ::testing::ExplainMatchResult(status, arg.status, result_listener);
}

// Of any of the three: of, or at, the message with this sequence.
MATCHER_P(HasSequence, sequence,
          "has a sequence that " +
              ::testing::DescribeMatcher<uint64_t>(sequence, negation)) {
  return ::testing::ExplainMatchResult(sequence, arg.sequence, result_listener);
}

}  // namespace walnats::testing
