// Guarantees 2, 7 and 9: what is lost when a server, a connection, a consumer
// or a process goes, which is nothing.

#include <gmock/gmock.h>

#include <set>

#include "tests/contract/guarantees_fixture.h"
#include "walnats/runtime/spawn.h"

namespace walnats::contract {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class GuaranteesLoss : public Guarantees {
 protected:
  std::set<std::string> Handled() const {
    const std::vector<std::string> texts = Texts();
    return {texts.begin(), texts.end()};
  }
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesLoss, ::testing::ValuesIn(AllSides()),
                         SideName);

// ---- the server and the connection

TEST_P(GuaranteesLoss, AfterARestartOfTheServerEverythingGoesOn) {
  Process& shop = StartMailer({.ack_wait = absl::Milliseconds(500)});
  EmitMany(5);
  ASSERT_TRUE(Until([&] { return Settled(5); }));
  RestartServer(absl::Milliseconds(100));
  ASSERT_TRUE(Until([&] { return shop.health().connected; }));
  EmitMany(5);
  ASSERT_TRUE(Until([&] { return shop.actor().handled >= 10; }));
  EXPECT_TRUE(Until([&] { return shop.health().ready(); }))
      << shop.health().Describe();
}

// The handler goes on; its ack waits for the connection. (A server that was
// killed may have forgotten the delivery, and delivers again.)
TEST_P(GuaranteesLoss, AnAckOfWhileTheServerWasAwayIsSentLater) {
  closed_ = true;
  Process& shop = StartMailer({.ack_wait = absl::Seconds(30)});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  handle_ = [&](const std::string&, const Context&) -> Task<absl::Status> {
    if (attempts_.size() == 1) {
      EXPECT_FALSE(shop.health().connected);
    }
    co_return absl::OkStatus();
  };
  auto open_when_down = [&]() -> Task<absl::Status> {
    while (shop.health().connected) {
      co_await clock().Sleep(absl::Milliseconds(2));
    }
    closed_ = false;
    co_return absl::OkStatus();
  };
  Spawn(clock().executor(), open_when_down(), [](absl::Status) {});
  RestartServer(absl::Milliseconds(400));
  ASSERT_TRUE(Until(
      [&] { return shop.actor().handled >= 1 && shop.health().connected; }));
  EXPECT_TRUE(Until([&] { return Settled(1); }));
}

// By then another attempt has the message: a late ack would kill it.
TEST_P(GuaranteesLoss, NothingIsSettledPastItsDeadline) {
  closed_ = true;
  Process& shop = StartMailer({.ack_wait = absl::Milliseconds(600)});
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  RestartServer(absl::Milliseconds(700));
  ASSERT_TRUE(Until([&] { return attempts_.size() == 2; }));
  bool second_closed = true;
  handle_ = [&](const std::string&,
                const Context& context) -> Task<absl::Status> {
    // The first has no time left.
    while (second_closed && context.clock().Now() < context.deadline()) {
      co_await context.clock().Sleep(absl::Milliseconds(5));
    }
    co_return absl::OkStatus();
  };
  closed_ = false;
  ASSERT_TRUE(Until([&] { return shop.actor().lost == 1; }));
  EXPECT_EQ(MailerInfo().ack_pending, 1);
  EXPECT_EQ(Floor(), 0U);
  second_closed = false;
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_EQ(shop.actor().handled, 1);
  EXPECT_THAT(attempts_, SizeIs(2));
}

TEST_P(GuaranteesLoss, NothingIsLostWhenTheServerDiesUnderWork) {
  handle_ = [](const std::string&,
               const Context& context) -> Task<absl::Status> {
    co_await context.clock().Sleep(absl::Milliseconds(5));
    co_return absl::OkStatus();
  };
  EmitMany(60);
  Process& shop =
      StartMailer({.ack_wait = absl::Milliseconds(500), .max_jobs = 4});
  ASSERT_TRUE(Until([&] { return shop.actor().handled >= 10; }));
  RestartServer(absl::Milliseconds(50));
  ASSERT_TRUE(Eventually([&] { return Settled(60); }));
  EXPECT_THAT(Handled(), SizeIs(60));
  EXPECT_LE(most_, 4);
}

// ---- the consumer

// nats-server 2.9 may write a file of a consumer while it removes its
// directory, and then fails to delete it.
constexpr TextEvent kVolatile("parcel.sent",
                              {.limits = {.storage = Storage::kMemory}});

TEST_P(GuaranteesLoss, ADeletedConsumerIsMadeAgainWhereItStopped) {
  event_ = &kVolatile;
  Process& first = StartMailer();
  EmitMany(3);
  ASSERT_TRUE(Until([&] { return Settled(3); }));
  Stop(first);
  Process& shop = StartMailer();
  const transport::ConsumerInfo before = MailerInfo();
  ASSERT_THAT(Run(transport().DeleteConsumer("parcel-sent", "mailer")), IsOk());
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 4; }))
      << shop.health().Describe();
  EXPECT_THAT(Texts(), ElementsAre("1", "2", "3", "1"));
  EXPECT_EQ(attempts_[3].sequence, 4U);
  const transport::ConsumerInfo after = MailerInfo();
  EXPECT_GT(after.created, before.created);
  EXPECT_EQ(after.config.start_sequence, 4U);
  EXPECT_TRUE(Until([&] { return shop.health().ready(); }))
      << shop.health().Describe();
}

TEST_P(GuaranteesLoss, WhatWasNotAckedByADeletedConsumerComesAgain) {
  event_ = &kVolatile;
  closed_ = true;
  Process& shop = StartMailer();
  EmitMany(2);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 2; }));
  ASSERT_THAT(Run(transport().DeleteConsumer("parcel-sent", "mailer")), IsOk());
  ASSERT_TRUE(Until([&] { return attempts_.size() == 4; }))
      << shop.health().Describe();
  closed_ = false;
  EXPECT_TRUE(Until([&] { return Settled(2); }));
}

// ---- the process

TEST_P(GuaranteesLoss, ADrainHandsBackAtOnceWhatHasNotStarted) {
  // A minute would show if anything waited for ack_wait.
  const ActorOptions options{.ack_wait = absl::Seconds(60), .max_jobs = 2};
  Process& leaving = StartMailer(options);
  EmitMany(20);
  ASSERT_TRUE(Until([&] { return Settled(20); }));
  closed_ = true;
  EmitMany(10);
  ASSERT_TRUE(Until([&] { return leaving.actor().waiting == 8; }))
      << leaving.actor().waiting;
  Process& staying = StartMailer(options);
  leaving.Stop();
  ASSERT_TRUE(Until([&] {
    return leaving.actor().waiting == 0 && staying.actor().running == 2;
  }));
  EXPECT_EQ(leaving.health().phase, Phase::kDraining);
  EXPECT_EQ(leaving.actor().running, 2);
  closed_ = false;
  ASSERT_TRUE(Until([&] { return Settled(30); }));
  ASSERT_TRUE(Until([&] { return leaving.ended().has_value(); }));
  EXPECT_THAT(*leaving.ended(), IsOk());
  EXPECT_EQ(leaving.actor().handled, 22);
  EXPECT_EQ(staying.actor().handled, 8);
  EXPECT_THAT(attempts_, SizeIs(30));
  // Each was handed back once: it came to the other with its second delivery.
  const std::vector<int64_t> numbers = Numbers();
  EXPECT_THAT(std::vector(numbers.begin() + 22, numbers.end()), Each(2));
}

TEST_P(GuaranteesLoss, ADrainEndsWithWhatRuns) {
  closed_ = true;
  Process& shop = StartMailer();
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  shop.Stop();
  Elapse(absl::Milliseconds(100));
  EXPECT_FALSE(shop.ended().has_value());
  closed_ = false;
  ASSERT_TRUE(Until([&] { return shop.ended().has_value(); }));
  EXPECT_THAT(*shop.ended(), IsOk());
  EXPECT_TRUE(Settled(1));
  EXPECT_EQ(shop.actor().handled, 1);
}

TEST_P(GuaranteesLoss, ADrainCancelsWhatDoesNotEnd) {
  closed_ = true;
  ServicesOptions options = Options();
  options.grace = absl::Milliseconds(200);
  const ActorOptions actor{
      .retry = {.delays = {absl::Milliseconds(600)}, .jitter = 0}};
  Process& shop = Start({.name = "shop", .actors = {Mailer(actor)}}, options);
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  shop.Stop();
  ASSERT_TRUE(Until([&] { return shop.ended().has_value(); }));
  EXPECT_EQ(running_, 0);
  EXPECT_EQ(shop.actor().retried, 1);
  closed_ = false;
  StartMailer(actor);
  EXPECT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_THAT(Numbers(), ElementsAre(1, 2));
}

}  // namespace
}  // namespace walnats::contract
