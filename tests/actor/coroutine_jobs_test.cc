// Coroutine handlers: up to max_jobs at once, in workers that are reused.

#include <stdexcept>

#include "tests/actor/stage.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using testing::Gate;
using testing::Incoming;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Stage;
using testing::TextCodec;

std::vector<Incoming> Messages(uint64_t first, uint64_t last) {
  std::vector<Incoming> messages;
  for (uint64_t i = first; i <= last; ++i) messages.push_back({.sequence = i});
  return messages;
}

ActorOptions Jobs(int max_jobs) {
  ActorOptions options = QuickRetries();
  options.max_jobs = max_jobs;
  return options;
}

// Sleeps a second, then returns `status`.
Actor Sleeping(std::string_view name, int max_jobs,
               absl::Status status = absl::OkStatus()) {
  return Actor(
      name, kParcelSent,
      [status](const std::string&,
               const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::Seconds(1));
        co_return status;
      },
      Jobs(max_jobs));
}

TEST(CoroutineJobTest, SettlesByItsStatusWhenItHasEnded) {
  struct Case {
    absl::Status status;
    std::string settled;
    std::string end;
  };
  for (const Case& c : std::vector<Case>{
           {absl::OkStatus(), "ack 7", "handled 7 OK"},
           {absl::UnavailableError("x"), "nak 7 1s", "retry 7 UNAVAILABLE"},
           {absl::DataLossError("x"), "term 7 x", "dead 7 DATA_LOSS"},
       }) {
    Stage stage;
    stage.Run(Sleeping("mailer", 1, c.status));
    stage.Deliver({.sequence = 7});
    EXPECT_THAT(stage.settled(), IsEmpty());
    EXPECT_EQ(stage.health().running, 1);
    stage.clock().Advance(absl::Seconds(1));
    EXPECT_THAT(stage.settled(), ElementsAre(c.settled));
    EXPECT_THAT(stage.log(), ElementsAre("start 7", c.end));
    EXPECT_THAT(stage.observer().durations, ElementsAre(absl::Seconds(1)));
    EXPECT_EQ(stage.health().running, 0);
    EXPECT_TRUE(stage.runner().idle());
  }
}

TEST(CoroutineJobTest, BuriesWhatItCannotDecode) {
  Stage stage;
  stage.Run(Sleeping("mailer", 1));
  stage.Deliver({.body = std::string(TextCodec::kBroken), .sequence = 7});
  EXPECT_THAT(stage.settled(), ElementsAre("term 7 broken bytes"));
  ASSERT_EQ(stage.dead.letters.size(), 1u);
  EXPECT_EQ(stage.dead.letters[0].code(), "DATA_LOSS");
  EXPECT_EQ(stage.dead.letters[0].body(), TextCodec::kBroken);
}

TEST(CoroutineJobTest, TriesAgainAfterAnException) {
  Stage stage;
  auto fail = [](const std::string&) -> Task<void> {
    throw std::runtime_error("boom");
    co_return;
  };
  stage.Run(Actor("mailer", kParcelSent, fail, QuickRetries()));
  stage.DeliverAll({{.sequence = 7}, {.sequence = 8}});
  EXPECT_THAT(stage.settled(), ElementsAre("nak 7 1s", "nak 8 1s"));
  EXPECT_THAT(stage.log(), ElementsAre("start 7", "retry 7 INTERNAL", "start 8",
                                       "retry 8 INTERNAL"));
}

TEST(CoroutineJobTest, RunsNoMoreThanMaxJobsAtOnce) {
  Stage stage;
  int running = 0;
  int most = 0;
  auto count = [&](const std::string&, const Context& context) -> Task<void> {
    most = std::max(most, ++running);
    co_await context.clock().Sleep(absl::Seconds(1));
    --running;
  };
  stage.Run(Actor("mailer", kParcelSent, count, Jobs(3)));
  EXPECT_EQ(stage.transport.flow().wanted(), 3);
  stage.DeliverAll(Messages(1, 10));
  EXPECT_EQ(running, 3);
  EXPECT_EQ(stage.health().running, 3);
  EXPECT_EQ(stage.health().waiting, 7);
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2", "ack 3"));
  EXPECT_EQ(running, 3);
  stage.clock().Advance(absl::Seconds(3));
  EXPECT_EQ(stage.settled().size(), 10u);
  EXPECT_EQ(most, 3);
  EXPECT_EQ(stage.health().running, 0);
  EXPECT_EQ(stage.health().waiting, 0);
}

TEST(CoroutineJobTest, WantsAsManyAsItMayHold) {
  Stage stage;
  stage.Run(Sleeping("mailer", 2));
  stage.DeliverAll(Messages(1, 2));
  EXPECT_EQ(stage.transport.flow().wanted(), 0);
  stage.clock().Advance(absl::Seconds(1));
  // 30 s / 4 for each of two jobs of a second each.
  EXPECT_EQ(stage.transport.flow().wanted(), 15);
  stage.DeliverAll(Messages(3, 7));
  EXPECT_EQ(stage.transport.flow().wanted(), 10);
}

TEST(CoroutineJobTest, ThousandsOfShortOnesTakeTurns) {
  Stage stage;
  auto ok = [](const std::string&) -> Task<void> { co_return; };
  stage.Run(Actor("mailer", kParcelSent, ok, Jobs(4)));
  stage.DeliverAll(Messages(1, 5000));
  EXPECT_EQ(stage.settled().size(), 5000u);
  EXPECT_EQ(stage.settled().back(), "ack 5000");
}

// Counts how many were made: a worker has one, the runner another.
struct Counted {
  Counted() { ++made; }
  static inline int made = 0;
};

struct CountedCodec {
  static constexpr std::string_view kContentType = "text/plain";
  static std::string_view SchemaName() { return "Counted"; }
  static absl::Status Encode(const Counted&, std::string&) {
    return absl::OkStatus();
  }
  static absl::Status Decode(std::string_view, Counted&) {
    return absl::OkStatus();
  }
};

constexpr Event<Counted, CountedCodec> kCounted("counted");

TEST(CoroutineJobTest, ReusesItsWorkers) {
  Stage stage;
  auto sleep = [](const Counted&, const Context& context) -> Task<void> {
    co_await context.clock().Sleep(absl::Seconds(1));
  };
  Counted::made = 0;
  stage.Run(Actor("mailer", kCounted, sleep, Jobs(3)));
  const int without_jobs = Counted::made;
  stage.DeliverAll(Messages(1, 2));
  EXPECT_EQ(Counted::made, without_jobs + 2);
  stage.clock().Advance(absl::Seconds(5));
  for (int i = 0; i < 20; ++i) {
    stage.DeliverAll(Messages(10 * i, 10 * i + 9));
    stage.clock().Advance(absl::Seconds(5));
  }
  EXPECT_EQ(stage.settled().size(), 202u);
  EXPECT_EQ(Counted::made, without_jobs + 3);
}

TEST(CoroutineJobTest, OnesThatNeverSuspendNeedOneWorker) {
  Stage stage;
  Counted::made = 0;
  auto ok = [](const Counted&) -> Task<void> { co_return; };
  stage.Run(Actor("mailer", kCounted, ok, Jobs(8)));
  const int without_jobs = Counted::made;
  stage.DeliverAll(Messages(1, 100));
  EXPECT_EQ(stage.settled().size(), 100u);
  EXPECT_EQ(Counted::made, without_jobs + 1);
}

// ---- the bound of the process

TEST(SharedLimitTest, BoundsAllActorsTogether) {
  Stage stage(3);
  stage.Run(Sleeping("a", 2));
  stage.Run(Sleeping("b", 2));
  stage.DeliverAll(stage.transport.flow("a"), Messages(1, 2));
  stage.DeliverAll(stage.transport.flow("b"), Messages(3, 4));
  EXPECT_EQ(stage.health(0).running, 2);
  EXPECT_EQ(stage.health(1).running, 1);
  EXPECT_EQ(stage.health(1).waiting, 1);
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(stage.health(1).running, 1);
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2", "ack 3", "ack 4"));
  EXPECT_EQ(stage.jobs.free(), 3);
}

TEST(SharedLimitTest, GivesPlacesInTheOrderOfAsking) {
  Stage stage(1);
  stage.Run(Sleeping("a", 2));
  stage.Run(Sleeping("b", 2));
  stage.DeliverAll(stage.transport.flow("a"), Messages(1, 3));
  stage.DeliverAll(stage.transport.flow("b"), Messages(11, 13));
  stage.clock().Advance(absl::Seconds(6));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "ack 2", "ack 11", "ack 3",
                                           "ack 12", "ack 13"));
}

TEST(SharedLimitTest, APlaceGivenToAnActorThatDrainsGoesOn) {
  Stage stage(1);
  stage.Run(Sleeping("a", 1));
  stage.Run(Sleeping("b", 1));
  stage.Run(Sleeping("c", 1));
  stage.DeliverAll(stage.transport.flow("a"), Messages(1, 1));
  stage.DeliverAll(stage.transport.flow("b"), Messages(2, 2));
  stage.DeliverAll(stage.transport.flow("c"), Messages(3, 3));
  stage.InLoop([&] { stage.runner(1).HandBack(); });
  stage.clock().Advance(absl::Seconds(2));
  EXPECT_THAT(stage.settled(), ElementsAre("nak 2 0", "ack 1", "ack 3"));
}

TEST(SharedLimitTest, APlaceThatIsNotNeededAnyMoreGoesOn) {
  Stage stage(1);
  Gate gate;
  auto wait = [&](const std::string&) -> Task<void> { co_await gate.Wait(); };
  stage.Run(Actor("a", kParcelSent, wait, Jobs(1)));
  stage.Run(Sleeping("b", 1));
  stage.Run(Sleeping("c", 1));
  stage.DeliverAll(stage.transport.flow("a"), Messages(1, 1));
  stage.DeliverAll(stage.transport.flow("b"), Messages(2, 2));
  stage.DeliverAll(stage.transport.flow("c"), Messages(3, 3));
  stage.InLoop([&] {
    gate.Open();  // gives b the place
    stage.runner(1).HandBack();
  });
  stage.clock().Advance(absl::Seconds(1));
  EXPECT_THAT(stage.settled(), ElementsAre("ack 1", "nak 2 0", "ack 3"));
  EXPECT_EQ(stage.jobs.free(), 1);
}

}  // namespace
}  // namespace walnats
