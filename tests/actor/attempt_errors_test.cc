#include "walnats/actor/attempt_errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

absl::Time At(int seconds) {
  return absl::UnixEpoch() + absl::Seconds(seconds);
}

TEST(AttemptErrorsTest, GivesBackWhatFailedInItsOrderOnce) {
  AttemptErrors errors;
  errors.Add({7, 0}, 1, At(1), absl::UnavailableError("first"));
  errors.Add({7, 0}, 2, At(2), absl::InternalError("second"));
  const std::vector<FailedAttempt> failed = errors.Take({7, 0});
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_EQ(failed[0].attempt, 1);
  EXPECT_EQ(failed[0].at, At(1));
  EXPECT_EQ(failed[0].code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(failed[0].error, "first");
  EXPECT_EQ(failed[1].error, "second");
  EXPECT_THAT(errors.Take({7, 0}), IsEmpty());
}

TEST(AttemptErrorsTest, KeepsMessagesAndGenerationsApart) {
  AttemptErrors errors;
  errors.Add({7, 0}, 1, At(1), absl::UnavailableError("a"));
  errors.Add({7, 1}, 1, At(1), absl::UnavailableError("b"));
  errors.Add({8, 0}, 1, At(1), absl::UnavailableError("c"));
  errors.Forget({7, 0});
  EXPECT_THAT(errors.Take({7, 0}), IsEmpty());
  EXPECT_THAT(errors.Take({7, 1}),
              ElementsAre(Field(&FailedAttempt::error, "b")));
  EXPECT_THAT(errors.Take({8, 0}),
              ElementsAre(Field(&FailedAttempt::error, "c")));
}

TEST(AttemptErrorsTest, KeepsStreamsOfANameApart) {
  AttemptErrors errors;
  errors.Add({7, 1, At(1)}, 3, At(1), absl::UnavailableError("a"));
  EXPECT_EQ(errors.Last({7, 1, At(2)}), 0);
  EXPECT_EQ(errors.Last({7, 1, At(1)}), 3);
}

TEST(AttemptErrorsTest, KeepsTheBeginningOfLongTexts) {
  AttemptErrors errors;
  errors.Add({7, 0}, 1, At(1), absl::UnavailableError(std::string(5000, 'x')));
  EXPECT_EQ(errors.Take({7, 0})[0].error, std::string(200, 'x'));
}

TEST(AttemptErrorsTest, KeepsTheFirstAndTheLastOfManyAttempts) {
  AttemptErrors errors;
  for (int attempt = 1; attempt <= 100; ++attempt) {
    errors.Add({7, 0}, attempt, At(attempt), absl::UnavailableError("no"));
  }
  const std::vector<FailedAttempt> failed = errors.Take({7, 0});
  ASSERT_EQ(failed.size(), AttemptErrors::kAttempts);
  EXPECT_EQ(failed.front().attempt, 1);
  EXPECT_EQ(failed.back().attempt, 100);
}

TEST(AttemptErrorsTest, ForgetsTheOldestMessagesFirst) {
  AttemptErrors errors;
  for (uint64_t sequence = 1; sequence <= AttemptErrors::kMessages + 1;
       ++sequence) {
    errors.Add({sequence, 0}, 1, At(1), absl::UnavailableError("no"));
  }
  EXPECT_THAT(errors.Take({1, 0}), IsEmpty());
  EXPECT_EQ(errors.Take({2, 0}).size(), 1u);
  EXPECT_EQ(errors.Take({AttemptErrors::kMessages + 1, 0}).size(), 1u);
}

}  // namespace
}  // namespace walnats::internal
