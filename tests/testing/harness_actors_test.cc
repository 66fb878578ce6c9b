// What actors and producers do in a Harness is what they do elsewhere.

#include <boost/asio/thread_pool.hpp>
#include <stdexcept>
#include <thread>

#include "tests/testing/harness_fixture.h"
#include "walnats/middleware.h"

namespace walnats::testing {
namespace {

using ::testing::_;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HarnessActorsTest : public HarnessFixture {};

constexpr auto kBusy = absl::StatusCode::kUnavailable;

TEST_F(HarnessActorsTest, RetriesWhenItsTimeHasCome) {
  Harness harness;
  harness.Add(Shop({OrderActor(
      [](const Note&, const Context& context) {
        return context.attempt() < 3 ? absl::UnavailableError("busy")
                                     : absl::OkStatus();
      },
      {.retry = {.delays = {absl::Seconds(1), absl::Minutes(1)},
                 .jitter = 0}})}));
  const absl::Time start = harness.clock().Now();
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("mailer"),
              ElementsAre(Retried(StatusIs(kBusy, "busy"), absl::Seconds(1))));
  harness.Advance(absl::Seconds(1));
  EXPECT_THAT(harness.Attempts("mailer"), SizeIs(2));
  harness.Advance(absl::Minutes(1) - absl::Nanoseconds(1));
  EXPECT_THAT(harness.Attempts("mailer"), SizeIs(2));
  harness.Advance(absl::Nanoseconds(1));
  EXPECT_THAT(
      harness.Attempts("mailer", 1),
      ElementsAre(AllOf(Retried(StatusIs(kBusy), absl::Seconds(1)),
                        Field(&Attempt::time, start)),
                  Retried(StatusIs(kBusy), absl::Minutes(1)),
                  AllOf(Handled(), Field(&Attempt::number, 3),
                        Field(&Attempt::time, start + absl::Seconds(61)))));
}

TEST_F(HarnessActorsTest, JittersDelaysWithinTheirBounds) {
  Harness harness;
  harness.Add(Shop(
      {OrderActor([](const Note&) { return absl::UnavailableError("busy"); },
                  {.retry = {.delays = {absl::Seconds(10)}, .jitter = 0.2}})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("mailer"),
              ElementsAre(Retried(_, AllOf(::testing::Ge(absl::Seconds(8)),
                                           ::testing::Le(absl::Seconds(12)),
                                           ::testing::Ne(absl::Seconds(10))))));
}

TEST_F(HarnessActorsTest, BuriesWhatCannotBeHandled) {
  Harness harness;
  harness.Add(Shop({OrderActor(
      [](const Note& note) -> absl::Status {
        if (note.text == "poison") return absl::InvalidArgumentError("bad");
        return absl::UnavailableError("busy");
      },
      {.retry = {.max_attempts = 2}})}));
  ASSERT_THAT(harness.Emit(kOrder, {"poison"}, {.id = "p"}), IsOk());
  ASSERT_THAT(harness.Emit(kOrder, {"unlucky"}), IsOk());
  harness.Advance(absl::Minutes(1));
  const std::vector<DeadLetter> dead = harness.DeadLetters("mailer");
  ASSERT_THAT(
      dead, ElementsAre(
                AllOf(HasSequence(1),
                      Dead(StatusIs(absl::StatusCode::kInvalidArgument, "bad")),
                      Field(&DeadLetter::attempts, 1)),
                AllOf(HasSequence(2), Dead(StatusIs(kBusy)),
                      Field(&DeadLetter::attempts, 2))));
  EXPECT_THAT(dead[0].Message(kOrder),
              IsOkAndHolds(Field(&Note::text, "poison")));
  EXPECT_EQ(dead[0].service, "shop");
  EXPECT_EQ(dead[0].headers.at(0).value, "p");
  EXPECT_THAT(harness.DeadLetters("other"), IsEmpty());
  EXPECT_THAT(harness.Attempts("mailer", 2),
              ElementsAre(Retried(StatusIs(kBusy)), Dead(StatusIs(kBusy))));
  EXPECT_EQ(harness.Health().actors[0].dead, 2);
}

// The bytes of a Note, but for some.
struct StrictCodec : NoteCodec {
  static absl::Status Decode(std::string_view bytes, Note& note) {
    if (bytes == "garbage") return absl::InternalError("no note");
    return NoteCodec::Decode(bytes, note);
  }
};

TEST_F(HarnessActorsTest, BuriesBytesThatCannotBeDecoded) {
  static constexpr Event<Note, StrictCodec> kStrict("strict");
  Harness harness;
  Service strict{.name = "strict"};
  strict.actors = {Actor("reader", kStrict, [](const Note&) {})};
  harness.Add(strict);
  ASSERT_THAT(harness.EmitBytes(kStrict, "garbage"), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(
      harness.DeadLetters("reader"),
      ElementsAre(Dead(StatusIs(absl::StatusCode::kDataLoss, "no note"))));
  EXPECT_THAT(harness.Messages(kStrict),
              ElementsAre(Field(&Stored<Note>::decoded,
                                StatusIs(absl::StatusCode::kInternal))));
}

TEST_F(HarnessActorsTest, HandlersSleepInTheTestsTime) {
  Harness harness;
  harness.Add(Shop({OrderActor(
      [](const Note&, const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::Minutes(3));
        co_return absl::OkStatus();
      })}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("mailer"), IsEmpty());
  EXPECT_THAT(harness.Describe(), HasSubstr("actor \"mailer\": 1 job sleeps"));
  harness.Advance(absl::Minutes(3));
  EXPECT_THAT(harness.Attempts("mailer"),
              ElementsAre(AllOf(Handled(),
                                Field(&Attempt::duration, absl::Minutes(3)))));
}

TEST_F(HarnessActorsTest, AJobOverItsLimitFails) {
  Harness harness;
  harness.Add(Shop({OrderActor(
      [](const Note&, const Context& context) -> Task<absl::Status> {
        const absl::Duration work =
            context.attempt() == 1 ? absl::Hours(1) : absl::Seconds(1);
        co_await context.clock().Sleep(work);
        co_return absl::OkStatus();
      },
      {.job_timeout = absl::Minutes(1)})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.Advance(absl::Minutes(2));
  EXPECT_THAT(
      harness.Attempts("mailer"),
      ElementsAre(AllOf(Retried(StatusIs(absl::StatusCode::kDeadlineExceeded)),
                        Field(&Attempt::duration, absl::Minutes(1))),
                  Handled()));
  EXPECT_EQ(harness.Health().actors[0].timed_out, 1);
}

TEST_F(HarnessActorsTest, EventsGoFromServiceToService) {
  Harness harness;
  Service warehouse{.name = "warehouse"};
  warehouse.emits = {kParcel};
  warehouse.actors = {Actor(
      "ship", kOrder,
      [](const Note& order, const Context& context) -> Task<absl::Status> {
        const Note parcel{order.text + " shipped"};
        co_return (co_await context.Emit(kParcel, parcel)).status();
      })};
  std::vector<std::string> receipts;
  Service billing{.name = "billing"};
  billing.actors = {Actor("receipt", kParcel, [&](const Note& parcel) {
    receipts.push_back(parcel.text);
  })};
  harness.Add(warehouse);
  harness.Add(billing);
  ASSERT_THAT(harness.Emit(kOrder, {"one"}, {.trace = "t"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(receipts, ElementsAre("one shipped"));
  EXPECT_THAT(harness.Messages(kParcel),
              ElementsAre(AllOf(TextIs("one shipped"), HasTrace("t"),
                                HasId(EndsWith(".1.ship.1")))));
}

TEST_F(HarnessActorsTest, ADelayedEventWaitsForItsTime) {
  Harness harness;
  harness.Add(Shop({OrderActor([](const Note&) {})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}, {.delay = absl::Minutes(10)}),
              IsOk());
  harness.Advance(absl::Minutes(9));
  EXPECT_THAT(harness.Attempts("mailer"), IsEmpty());
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(harness.Attempts("mailer"),
              ElementsAre(AllOf(Handled(), Field(&Attempt::number, 1))));
}

TEST_F(HarnessActorsTest, ProducersBeginWithTheStart) {
  Harness harness;
  int runs = 0;
  auto feed = [&](Client client) -> Task<absl::Status> {
    const Note note{"run " + std::to_string(++runs)};
    const absl::StatusOr<Receipt> receipt = co_await client.Emit(kOrder, note);
    if (!receipt.ok()) co_return receipt.status();
    if (runs == 1) co_return absl::UnavailableError("the feed is busy");
    co_return absl::OkStatus();
  };
  harness.Add({.name = "feed", .producers = {{"feed", {kOrder}, feed}}});
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Messages(kOrder), ElementsAre(TextIs("run 1")));
  harness.Advance(absl::Seconds(1));
  EXPECT_THAT(harness.Messages(kOrder),
              ElementsAre(TextIs("run 1"), TextIs("run 2")));
}

TEST_F(HarnessActorsTest, WaitsForBlockingHandlers) {
  boost::asio::thread_pool pool(2);
  Harness harness;
  const auto block = [](const Note& note) -> absl::Status {
    std::this_thread::yield();
    if (note.text == "bad") return absl::UnavailableError("busy");
    return absl::OkStatus();
  };
  Actor blocking("archive", kOrder, Blocking(pool, block),
                 {.job_timeout = absl::Seconds(5)});
  harness.Add(Shop({blocking}));
  for (const char* text : {"one", "two", "bad"}) {
    ASSERT_THAT(harness.Emit(kOrder, {text}), IsOk());
  }
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("archive"), SizeIs(3));
  EXPECT_THAT(harness.Attempts("archive", 3),
              ElementsAre(Retried(StatusIs(kBusy))));
  // Its time does not pass while a thread is at work.
  harness.Advance(absl::Hours(1));
  for (const Attempt& attempt : harness.Attempts("archive")) {
    EXPECT_EQ(attempt.duration, absl::ZeroDuration());
  }
  EXPECT_EQ(harness.Health().actors[0].timed_out, 0);
}

TEST_F(HarnessActorsTest, MiddlewareRuns) {
  Harness harness;
  const Middleware refuse = [](const Context&, Next) -> Task<absl::Status> {
    co_return absl::OutOfRangeError("too late");
  };
  harness.Add(Shop({WithMiddleware(OrderActor([](const Note&) {}), {refuse})}));
  ASSERT_THAT(harness.Emit(kOrder, {"one"}), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.DeadLetters(),
              ElementsAre(Dead(StatusIs(absl::StatusCode::kOutOfRange))));
}

}  // namespace
}  // namespace walnats::testing
