// Letters whose bodies were too large, and what is read and removed.

#include "tests/deadletter/redrive_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LettersTest : public RedriveFixture {};

INSTANTIATE_TEST_SUITE_P(Servers, LettersTest,
                         ::testing::Values(model::kOldest, model::kNewest),
                         [](const auto& server) {
                           return server.param == model::kOldest ? "Oldest"
                                                                 : "Newest";
                         });

// ---- letters without their bodies

v1::DeadLetter WithoutBody(const DeadLetterEntry& entry) {
  v1::DeadLetter letter = *entry.letter;
  letter.clear_body();
  letter.clear_headers();
  letter.set_body_left_out(true);
  // As if it were another: the number of the original is taken.
  letter.set_generation(5);
  return letter;
}

TEST_P(LettersTest, ABodyThatWasLeftOutIsReadFromItsStream) {
  Kill(1);
  const v1::DeadLetter letter = WithoutBody(List().at(0));
  StoreLetter(letter);
  const uint64_t number = List().at(1).number;
  const RedriveResult result = Redrive({}, {.letters = {number}});
  EXPECT_THAT(result, Result(1, 1, 0));
  EXPECT_THAT(seen_, ElementsAre(AllOf(Field(&Seen::text, "o1"),
                                       Field(&Seen::generation, 6))));
}

TEST_P(LettersTest, ABodyThatIsGoneIsAProblemOfThatLetter) {
  Kill(2);
  StoreLetter(WithoutBody(List().at(0)));
  v1::DeadLetter other_stream = WithoutBody(List().at(1));
  other_stream.mutable_stream_created()->set_seconds(1);
  StoreLetter(other_stream);
  ASSERT_TRUE(harness().server().model().EraseMessage("shop-order", 1).ok());
  const RedriveResult result = Redrive();
  EXPECT_THAT(result, Result(4, 2, 0));
  EXPECT_THAT(
      result.problems,
      ElementsAre(AllOf(HasSubstr("letter 3"), HasSubstr("there no more")),
                  AllOf(HasSubstr("letter 4"), HasSubstr("there no more"))));
  EXPECT_THAT(Handled(), ElementsAre("mailer o1", "mailer o2"));
}

TEST_P(LettersTest, WhatIsTooLargeForTheServerIsAProblem) {
  options_.max_payload = 4096;
  fatal_ = true;
  ASSERT_THAT(harness().Emit(kOrder, {std::string(3990, 'x')}), IsOk());
  harness().RunUntilIdle();
  ASSERT_TRUE(List().at(0).letter->body_left_out());
  const RedriveResult result = Redrive();
  EXPECT_THAT(result, Result(1, 0, 0));
  EXPECT_THAT(result.problems,
              ElementsAre(HasSubstr("over the server's limit of 4096")));
  EXPECT_THAT(States(), ElementsAre(LetterState::kDead));
}

// ---- reading and removing

TEST_P(LettersTest, WithoutAStreamThereAreNone) {
  actors_ = {{"mailer", {.dead = Dead::kDrop}}};
  EXPECT_THAT(List(), IsEmpty());
  EXPECT_THAT(Redrive(), Result(0, 0, 0));
  EXPECT_THAT(harness().Run(letters().Get(1)),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(LettersTest, GetsOneByItsNumber) {
  Kill(2);
  Redrive({}, {.letters = {2}});
  const auto first = harness().Run(letters().Get(1));
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->letter->body(), "o1");
  EXPECT_EQ(first->state, LetterState::kDead);
  const auto second = harness().Run(letters().Get(2));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->state, LetterState::kHandled);
  // A record, and nothing.
  for (const uint64_t number : {0, 3, 99}) {
    EXPECT_THAT(harness().Run(letters().Get(number)),
                StatusIs(absl::StatusCode::kNotFound));
  }
}

TEST_P(LettersTest, PurgesLettersWithTheirRecords) {
  Kill(3);
  Redrive({}, {.letters = {1}});
  const DeadLetterFilter all{.redriven = true};
  EXPECT_THAT(harness().Run(letters().Purge(all, true)), IsOkAndHolds(3));
  EXPECT_THAT(List(), SizeIs(3));
  EXPECT_THAT(harness().Run(letters().Purge({.limit = 1}, false)),
              IsOkAndHolds(1));
  EXPECT_THAT(States(), ElementsAre(LetterState::kHandled, LetterState::kDead));
  EXPECT_THAT(harness().Run(letters().Purge(all, false)), IsOkAndHolds(2));
  EXPECT_THAT(Stored("walnats-dead"), IsEmpty());
}

}  // namespace
}  // namespace walnats::testing
