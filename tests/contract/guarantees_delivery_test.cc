// Guarantees 2 and 4: everything to everybody at least once, acked when it is
// handled and no sooner, and no more at a time than can be handled.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/contract/guarantees_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::contract {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class GuaranteesDelivery : public Guarantees {
 protected:
  // What each process handles at once, and how many it has received.
  int Held(const Process& process) {
    const ActorHealth health = process.actor();
    return health.running + health.waiting;
  }
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesDelivery, ::testing::ValuesIn(AllSides()),
                         SideName);

TEST_P(GuaranteesDelivery, EveryActorOfAnEventHandlesEveryMessage) {
  std::vector<std::string> seen;
  auto note = [&](const std::string& text, const Context& context) {
    seen.push_back(Cat(context.actor(), " ", text));
  };
  Start({.name = "shop",
         .actors = {Actor("mailer", kParcelSent, note),
                    Actor("biller", kParcelSent, note)}});
  EmitMany(3);
  ASSERT_TRUE(Until([&] { return seen.size() == 6; }));
  EXPECT_THAT(seen, UnorderedElementsAre("mailer 1", "mailer 2", "mailer 3",
                                         "biller 1", "biller 2", "biller 3"));
  EXPECT_TRUE(Until([&] { return Settled(3); }));
}

TEST_P(GuaranteesDelivery, ALateActorHandlesWhatWasThereBefore) {
  EmitMany(3);
  StartMailer({.max_jobs = 1});
  ASSERT_TRUE(Until([&] { return Settled(3); }));
  EXPECT_THAT(Texts(), ElementsAre("1", "2", "3"));
}

TEST_P(GuaranteesDelivery, AcksOnlyWhatIsHandled) {
  closed_ = true;
  Process& shop = StartMailer();
  EmitMany(2);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 2; }));
  EXPECT_EQ(MailerInfo().ack_pending, 2);
  EXPECT_EQ(Floor(), 0U);
  EXPECT_EQ(shop.actor().handled, 0);
  closed_ = false;
  EXPECT_TRUE(Until([&] { return Settled(2); }));
  EXPECT_EQ(shop.actor().handled, 2);
  EXPECT_THAT(Numbers(), Each(1));
}

// Else the server would give it to another attempt after ack_wait.
TEST_P(GuaranteesDelivery, PulsesKeepTheMessageOfASlowHandler) {
  closed_ = true;
  StartMailer({.ack_wait = absl::Milliseconds(700)});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  Elapse(absl::Milliseconds(1000));
  EXPECT_EQ(MailerInfo().ack_pending, 1);
  closed_ = false;
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1));
}

// Messages that wait for their turn are held by pulses, too.
TEST_P(GuaranteesDelivery, PulsesKeepWhatWaitsInTheProcess) {
  Process& shop =
      StartMailer({.ack_wait = absl::Milliseconds(700), .max_jobs = 1});
  EmitMany(20);
  ASSERT_TRUE(Until([&] { return Settled(20); }));
  closed_ = true;
  EmitMany(5);
  ASSERT_TRUE(Until([&] { return Held(shop) == 5; })) << Held(shop);
  Elapse(absl::Milliseconds(1000));
  closed_ = false;
  ASSERT_TRUE(Until([&] { return Settled(25); }));
  EXPECT_THAT(Numbers(), Each(1));
  EXPECT_THAT(attempts_, SizeIs(25));
}

// ---- bounds

TEST_P(GuaranteesDelivery, RunsNoMoreJobsThanMaxJobs) {
  closed_ = true;
  Process& shop = StartMailer({.max_jobs = 3});
  EmitMany(10);
  ASSERT_TRUE(Until([&] { return running_ == 3; }));
  // Of a handler that it does not know, it takes what it can start.
  EXPECT_EQ(MailerInfo().ack_pending, 3);
  EXPECT_EQ(MailerInfo().pending, 7U);
  EXPECT_EQ(shop.actor().waiting, 0);
  closed_ = false;
  ASSERT_TRUE(Until([&] { return Settled(10); }));
  EXPECT_EQ(most_, 3);
}

TEST_P(GuaranteesDelivery, RunsNoMoreJobsThanTheProcessMay) {
  closed_ = true;
  ServicesOptions options = Options();
  options.max_jobs = 2;
  Start({.name = "shop", .actors = {Mailer()}}, options);
  EmitMany(6);
  ASSERT_TRUE(Until([&] { return running_ == 2; }));
  closed_ = false;
  ASSERT_TRUE(Until([&] { return Settled(6); }));
  EXPECT_EQ(most_, 2);
}

TEST_P(GuaranteesDelivery, MaxAckPendingBoundsAllInstancesTogether) {
  closed_ = true;
  const ActorOptions options{.max_jobs = 3, .max_ack_pending = 4};
  Process& one = StartMailer(options);
  Process& other = StartMailer(options);
  EmitMany(10);
  ASSERT_TRUE(Until([&] { return Held(one) + Held(other) == 4; }));
  Elapse(absl::Milliseconds(100));
  EXPECT_EQ(MailerInfo().ack_pending, 4);
  EXPECT_EQ(Held(one) + Held(other), 4);
  closed_ = false;
  ASSERT_TRUE(Until([&] { return Settled(10); }));
  EXPECT_LE(most_, 4);
}

// A retry that waits holds its place.
TEST_P(GuaranteesDelivery, RetriesThatWaitCountAsPending) {
  handle_ = [](const std::string&,
               const Context& context) -> Task<absl::Status> {
    co_return context.sequence() < 3 && context.attempt() == 1
        ? absl::UnavailableError("busy")
        : absl::OkStatus();
  };
  StartMailer({.max_jobs = 1,
               .retry = {.delays = {absl::Milliseconds(300)}, .jitter = 0},
               .max_ack_pending = 2});
  EmitMany(3);
  ASSERT_TRUE(Until([&] { return Settled(3); }));
  ASSERT_THAT(attempts_, SizeIs(5));
  EXPECT_THAT(Texts()[2], ::testing::AnyOf("1", "2"));
}

// A quarter of ack_wait, at 100 ms each: twice and a half what runs.
TEST_P(GuaranteesDelivery, KeepsNoMoreThanAQuarterOfAckWaitsWork) {
  handle_ = [](const std::string&,
               const Context& context) -> Task<absl::Status> {
    co_await context.clock().Sleep(absl::Milliseconds(100));
    co_return absl::OkStatus();
  };
  Process& shop = StartMailer({.ack_wait = absl::Seconds(1), .max_jobs = 2});
  EmitMany(16);
  int most_held = 0;
  ASSERT_TRUE(Until([&] {
    most_held = std::max(most_held, Held(shop));
    return shop.actor().handled == 16;
  }));
  EXPECT_LE(most_held, 5);
  EXPECT_EQ(most_, 2);
}

// ---- sharing

TEST_P(GuaranteesDelivery, TwoInstancesHandleEachMessageOnce) {
  handle_ = [](const std::string&,
               const Context& context) -> Task<absl::Status> {
    co_await context.clock().Sleep(absl::Milliseconds(2));
    co_return absl::OkStatus();
  };
  const ActorOptions options{.max_jobs = 2};
  Process& one = StartMailer(options);
  Process& other = StartMailer(options);
  EmitMany(40);
  ASSERT_TRUE(Until([&] { return Settled(40); }));
  EXPECT_THAT(attempts_, SizeIs(40));
  EXPECT_THAT(Numbers(), Each(1));
  EXPECT_GT(one.actor().handled, 0);
  EXPECT_GT(other.actor().handled, 0);
  EXPECT_EQ(one.actor().handled + other.actor().handled, 40);
}

}  // namespace
}  // namespace walnats::contract
