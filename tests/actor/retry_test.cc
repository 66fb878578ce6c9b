#include "walnats/retry.h"

namespace walnats {
namespace {

using absl::Milliseconds;
using absl::Minutes;
using absl::Seconds;
using absl::StatusCode;

constexpr double kMiddle = 0.5;  // jitter's factor is 1

TEST(RetryTest, FourCodesAreFatalAndNoOther) {
  for (int code = 0; code <= 16; ++code) {
    const auto status_code = static_cast<StatusCode>(code);
    const bool fatal = status_code == StatusCode::kInvalidArgument ||
                       status_code == StatusCode::kOutOfRange ||
                       status_code == StatusCode::kUnimplemented ||
                       status_code == StatusCode::kDataLoss;
    EXPECT_EQ(IsFatal(absl::Status(status_code, "")), fatal)
        << absl::StatusCodeToString(status_code);
  }
}

TEST(RetryTest, DecidesByStatusAndAttempt) {
  const RetryPolicy policy{.max_attempts = 3,
                           .delays = {Seconds(1), Seconds(5)}};
  struct Case {
    StatusCode code;
    int64_t attempt;
    Verdict verdict;
    absl::Duration delay;
  };
  const absl::Duration none = absl::ZeroDuration();
  for (const Case& c : std::vector<Case>{
           {StatusCode::kOk, 1, Verdict::kAck, none},
           {StatusCode::kOk, 3, Verdict::kAck, none},
           {StatusCode::kOk, 9, Verdict::kAck, none},
           {StatusCode::kUnavailable, 1, Verdict::kRetry, Seconds(1)},
           {StatusCode::kInternal, 2, Verdict::kRetry, Seconds(5)},
           {StatusCode::kUnavailable, 3, Verdict::kDead, none},
           {StatusCode::kUnavailable, 4, Verdict::kDead, none},
           {StatusCode::kCancelled, 1, Verdict::kRetry, Seconds(1)},
           {StatusCode::kFailedPrecondition, 1, Verdict::kRetry, Seconds(1)},
           {StatusCode::kUnknown, 1, Verdict::kRetry, Seconds(1)},
           {StatusCode::kInvalidArgument, 1, Verdict::kDead, none},
           {StatusCode::kOutOfRange, 1, Verdict::kDead, none},
           {StatusCode::kUnimplemented, 1, Verdict::kDead, none},
           {StatusCode::kDataLoss, 1, Verdict::kDead, none},
       }) {
    const Outcome outcome =
        Decide(absl::Status(c.code, "x"), c.attempt, policy, kMiddle);
    const std::string name = absl::StatusCodeToString(c.code);
    EXPECT_EQ(outcome.verdict, c.verdict) << name << " " << c.attempt;
    EXPECT_EQ(outcome.delay, c.delay) << name << " " << c.attempt;
  }
}

TEST(RetryTest, OneAttemptIsNeverTriedAgain) {
  const RetryPolicy policy{.max_attempts = 1};
  EXPECT_EQ(Decide(absl::UnavailableError(""), 1, policy, kMiddle).verdict,
            Verdict::kDead);
}

TEST(RetryTest, UnlimitedAttemptsNeverDie) {
  const RetryPolicy policy{.max_attempts = kUnlimitedAttempts};
  const Outcome outcome =
      Decide(absl::UnavailableError(""), 2'000'000'000, policy, kMiddle);
  EXPECT_EQ(outcome.verdict, Verdict::kRetry);
  EXPECT_EQ(outcome.delay, Minutes(2));
}

TEST(RetryTest, TheLastDelayRepeats) {
  const RetryPolicy policy{.delays = {Seconds(1), Seconds(5), Seconds(30)}};
  const std::vector<std::pair<int64_t, absl::Duration>> table = {
      {0, Seconds(1)},  {1, Seconds(1)},  {2, Seconds(5)},
      {3, Seconds(30)}, {4, Seconds(30)}, {int64_t{1} << 40, Seconds(30)}};
  for (const auto& [attempt, delay] : table) {
    EXPECT_EQ(RetryDelay(attempt, policy, kMiddle), delay) << attempt;
  }
}

TEST(RetryTest, JitterStaysWithinItsBounds) {
  const RetryPolicy policy{.delays = {Seconds(10)}, .jitter = 0.2};
  EXPECT_EQ(RetryDelay(1, policy, 0), Seconds(8));
  EXPECT_EQ(RetryDelay(1, policy, kMiddle), Seconds(10));
  const absl::Duration most = RetryDelay(1, policy, 0.999'999);
  EXPECT_GT(most, Seconds(11.99));
  EXPECT_LT(most, Seconds(12));
}

TEST(RetryTest, WithoutJitterChanceDoesNotMatter) {
  const RetryPolicy policy{.delays = {Seconds(10)}, .jitter = 0};
  EXPECT_EQ(RetryDelay(1, policy, 0), Seconds(10));
  EXPECT_EQ(RetryDelay(1, policy, 0.999'999), Seconds(10));
}

TEST(RetryTest, ADelayIsNeverZero) {
  EXPECT_EQ(RetryDelay(1, {.delays = {Seconds(10)}, .jitter = 1}, 0),
            Milliseconds(1));
  EXPECT_EQ(RetryDelay(1, {.delays = {absl::Nanoseconds(5)}}, kMiddle),
            Milliseconds(1));
}

}  // namespace
}  // namespace walnats
