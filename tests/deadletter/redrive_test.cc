// What the sender of a redrive does, and what comes of it.

#include <algorithm>

#include "tests/deadletter/redrive_fixture.h"
#include "walnats/runtime/spawn.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class RedriveTest : public RedriveFixture {};

INSTANTIATE_TEST_SUITE_P(Servers, RedriveTest,
                         ::testing::Values(model::kOldest, model::kNewest),
                         [](const auto& server) {
                           return server.param == model::kOldest ? "Oldest"
                                                                 : "Newest";
                         });

TEST_P(RedriveTest, OnlyTheActorThatFailedSeesItAgain) {
  Kill(2);
  EXPECT_THAT(States(), ElementsAre(LetterState::kDead, LetterState::kDead));
  const RedriveResult result = Redrive();
  EXPECT_THAT(result, Result(2, 2, 0));
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_THAT(Handled(), ElementsAre("mailer o1", "mailer o2"));
  EXPECT_THAT(States(),
              ElementsAre(LetterState::kHandled, LetterState::kHandled));
  EXPECT_THAT(Stored("walnats-redrive"), IsEmpty());
  EXPECT_THAT(harness().Messages(kOrder), SizeIs(2));
}

TEST_P(RedriveTest, TheHandlerSeesTheOriginal) {
  fatal_ = true;
  const Header region{"Region", "eu"};
  ASSERT_THAT(harness().Emit(
                  kOrder, {"one"},
                  {.id = "id-1", .headers = {&region, 1}, .trace = "trace-1"}),
              IsOk());
  harness().RunUntilIdle();
  fatal_ = false;
  harness().Advance(absl::Hours(1));
  Redrive();
  std::erase_if(seen_, [](const Seen& one) { return one.actor != "mailer"; });
  ASSERT_THAT(seen_, SizeIs(2));
  const Seen& before = seen_[0];
  const Seen& after = seen_[1];
  EXPECT_EQ(after.text, "one");
  EXPECT_EQ(after.subject, "shop.order");
  EXPECT_EQ(after.stream, "shop-order");
  EXPECT_EQ(after.sequence, 1U);
  EXPECT_EQ(after.time, before.time);
  EXPECT_EQ(after.key, before.key);
  EXPECT_EQ(after.trace, "trace-1");
  EXPECT_EQ(after.region, "eu");
  EXPECT_EQ(before.generation, 0);
  EXPECT_EQ(after.generation, 1);
  EXPECT_EQ(after.attempt, 1);
}

TEST_P(RedriveTest, CountsItsAttemptsAnewAndMayDieAgain) {
  actors_[0].second.retry = {.max_attempts = 3, .delays = {absl::Seconds(1)}};
  handle_ = [](std::string_view actor, std::string_view) {
    return actor == "mailer" ? absl::UnavailableError("busy")
                             : absl::OkStatus();
  };
  ASSERT_THAT(harness().Emit(kOrder, {"one"}), IsOk());
  harness().Advance(absl::Seconds(10));
  EXPECT_THAT(States(), ElementsAre(LetterState::kDead));
  seen_.clear();
  EXPECT_THAT(Redrive(), Result(1, 1, 0));
  EXPECT_THAT(States(), ElementsAre(LetterState::kRedriven));
  harness().Advance(absl::Seconds(10));
  EXPECT_THAT(seen_,
              ElementsAre(Field(&Seen::attempt, 1), Field(&Seen::attempt, 2),
                          Field(&Seen::attempt, 3)));
  EXPECT_THAT(States(),
              ElementsAre(LetterState::kDeadAgain, LetterState::kDead));
  const v1::DeadLetter again = *List().at(1).letter;
  EXPECT_EQ(again.generation(), 1);
  EXPECT_EQ(again.sequence(), 1U);
  EXPECT_EQ(again.stream(), "shop-order");
  EXPECT_EQ(again.body(), "one");
  EXPECT_EQ(again.errors_size(), 2);
  EXPECT_THAT(Stored("walnats-redrive"), IsEmpty());
  // The first letter never again, the second as any.
  handle_ = nullptr;
  seen_.clear();
  EXPECT_THAT(Redrive(), Result(2, 1, 1));
  EXPECT_THAT(seen_, ElementsAre(AllOf(Field(&Seen::generation, 2),
                                       Field(&Seen::sequence, 1U))));
  EXPECT_THAT(States(),
              ElementsAre(LetterState::kDeadAgain, LetterState::kHandled));
}

TEST_P(RedriveTest, RepeatedItFindsNothingToDo) {
  Kill(3);
  EXPECT_THAT(Redrive(), Result(3, 3, 0));
  EXPECT_THAT(Redrive(), Result(3, 0, 3));
  EXPECT_THAT(seen_, SizeIs(3));
  EXPECT_THAT(List({}), IsEmpty());
}

TEST_P(RedriveTest, WritesWhoWhenAndWhy) {
  Kill(1);
  const absl::Time now = harness().clock().Now();
  Redrive({.by = "anna", .reason = "the user exists now"});
  const std::vector<v1::DeadLetterRecord> records = Records();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].kind(), v1::DeadLetterRecord::KIND_REDRIVEN);
  EXPECT_EQ(records[0].by(), "anna");
  EXPECT_EQ(records[0].reason(), "the user exists now");
  EXPECT_EQ(records[0].at().seconds(), absl::ToUnixSeconds(now));
  EXPECT_EQ(records[0].actor(), "mailer");
  EXPECT_EQ(records[0].sequence(), 1U);
  EXPECT_EQ(records[1].kind(), v1::DeadLetterRecord::KIND_SETTLED);
  EXPECT_EQ(records[1].by(), "shop");
  EXPECT_EQ(records[1].reason(), "handled");
}

// Its sender has died before the record, and its actor was quick.
TEST_P(RedriveTest, CompletesTheAuditOfWhatWasHandledAlready) {
  Kill(2);
  Redrive();
  const std::vector<transport::StoredMessage> records =
      Stored("walnats-dead", "walnats-dead-audit.1.redriven");
  ASSERT_THAT(records, SizeIs(1));
  ASSERT_TRUE(harness()
                  .server()
                  .model()
                  .EraseMessage("walnats-dead", records[0].sequence)
                  .ok());
  harness().Advance(absl::Minutes(3));  // or it would be a duplicate
  EXPECT_THAT(Redrive(), Result(2, 1, 1));
  EXPECT_THAT(Stored("walnats-dead", "walnats-dead-audit.1.redriven"),
              SizeIs(1));
  EXPECT_THAT(seen_, SizeIs(2));
  EXPECT_THAT(Redrive(), Result(2, 0, 2));
}

TEST_P(RedriveTest, DoesNothingWithoutAName) {
  Kill(1);
  const RedriveOptions nobody;
  EXPECT_THAT(harness().Run(letters().Redrive({}, nobody)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(States(), ElementsAre(LetterState::kDead));
}

TEST_P(RedriveTest, ADryRunOnlyShows) {
  Kill(2);
  std::vector<std::string> shown;
  RedriveOptions dry{.dry_run = true};
  dry.progress = [&](const DeadLetterEntry& entry, int64_t) {
    shown.push_back(entry.letter->body());
    return true;
  };
  EXPECT_THAT(harness().Run(letters().Redrive({}, dry)),
              IsOkAndHolds(Result(2, 2, 0)));
  EXPECT_THAT(shown, ElementsAre("o1", "o2"));
  EXPECT_THAT(States(), Each(LetterState::kDead));
  EXPECT_THAT(Records(), IsEmpty());
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_P(RedriveTest, StoppedItGoesOnWhereItWas) {
  Kill(5);
  std::vector<int64_t> counts;
  RedriveOptions options;
  options.progress = [&](const DeadLetterEntry& entry, int64_t done) {
    EXPECT_EQ(entry.state, LetterState::kRedriven);
    counts.push_back(done);
    return done < 2;
  };
  EXPECT_THAT(Redrive(options), Result(5, 2, 0));
  EXPECT_THAT(counts, ElementsAre(1, 2));
  EXPECT_THAT(Handled(), ElementsAre("mailer o1", "mailer o2"));
  EXPECT_THAT(Redrive(), Result(5, 3, 2));
  EXPECT_THAT(Handled(), SizeIs(5));
}

TEST_P(RedriveTest, ALimitCountsWhatIsLeft) {
  Kill(5);
  EXPECT_THAT(Redrive({}, {.limit = 2}), Result(2, 2, 0));
  EXPECT_THAT(Redrive({}, {.limit = 2}), Result(4, 2, 2));
  EXPECT_THAT(Handled(),
              ElementsAre("mailer o1", "mailer o2", "mailer o3", "mailer o4"));
}

TEST_P(RedriveTest, KeepsToItsRateEvenly) {
  Kill(4);
  const absl::Time begin = harness().clock().Now();
  std::vector<absl::Duration> times;
  RedriveOptions options{.rate = 2};
  options.progress = [&](const DeadLetterEntry&, int64_t) {
    times.push_back(harness().clock().Now() - begin);
    return true;
  };
  Redrive(options);
  EXPECT_THAT(times, ElementsAre(absl::ZeroDuration(), absl::Milliseconds(500),
                                 absl::Seconds(1), absl::Milliseconds(1500)));
}

Task<absl::Status> Keep(Task<absl::StatusOr<RedriveResult>> task,
                        absl::StatusOr<RedriveResult>& result) {
  result = co_await std::move(task);
  co_return result.status();
}

TEST_P(RedriveTest, OfTwoAtOnceEachLetterIsQueuedByOne) {
  Kill(6);
  absl::StatusOr<RedriveResult> other;
  const RedriveOptions one{.by = "anna", .rate = 100};
  const RedriveOptions two{.by = "bert", .rate = 100};
  Spawn(harness().client().executor(), Keep(letters().Redrive({}, two), other),
        [](const absl::Status&) {});
  const RedriveResult mine = Redrive(one);
  harness().Advance(absl::Minutes(1));
  ASSERT_THAT(other, IsOk());
  EXPECT_EQ(mine.queued + other->queued, 6);
  EXPECT_EQ(mine.matched, mine.queued + mine.already);
  EXPECT_EQ(other->matched, other->queued + other->already);
  EXPECT_THAT(Handled(),
              UnorderedElementsAre("mailer o1", "mailer o2", "mailer o3",
                                   "mailer o4", "mailer o5", "mailer o6"));
  EXPECT_THAT(Records(), SizeIs(12));
}

// In the order of the stream, not of their deaths.
TEST_P(RedriveTest, SendsInTheOrderInWhichTheyWereStored) {
  actors_[0].second.retry = {.delays = {absl::Seconds(1)}};
  handle_ = [](std::string_view actor, std::string_view text) {
    if (actor != "mailer") return absl::OkStatus();
    return text == "late" ? absl::UnavailableError("busy")
                          : absl::InvalidArgumentError("bad");
  };
  ASSERT_THAT(harness().Emit(kOrder, {"late"}), IsOk());
  ASSERT_THAT(harness().Emit(kOrder, {"soon"}), IsOk());
  harness().Advance(absl::Minutes(10));
  ASSERT_EQ(List().at(0).letter->body(), "soon");
  handle_ = nullptr;
  seen_.clear();
  Redrive();
  EXPECT_THAT(Handled(), ElementsAre("mailer late", "mailer soon"));
}

}  // namespace
}  // namespace walnats::testing
