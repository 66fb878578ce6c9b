// Deliveries that may be another message than they seem, or somebody else's by
// now.

#include "tests/actor/stage.h"
#include "walnats/actor/delivery_order.h"
#include "walnats/base/strings.h"

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kParcelSent;
using testing::QuickRetries;
using testing::Returning;
using testing::Stage;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

constexpr internal::Gate kUnverified = internal::Gate::kUnverified;

TEST(DeliveryOrderTest, NoticesNumbersThatGoBack) {
  struct Delivered {
    uint64_t consumer;
    uint64_t stream;
    uint64_t times;
  };
  struct Case {
    const char* what;
    std::vector<Delivered> deliveries;
    std::vector<bool> back;
  };
  const std::vector<Case> cases = {
      {"in order", {{1, 4, 1}, {2, 5, 1}, {4, 9, 1}}, {false, false, false}},
      {"a redelivery",
       {{1, 4, 1}, {2, 5, 1}, {3, 4, 2}},
       {false, false, false}},
      {"a consumer made again", {{7, 7, 1}, {1, 8, 1}}, {false, true}},
      {"its first again", {{1, 1, 1}, {1, 1, 1}}, {false, true}},
      {"a stream made again", {{1, 7, 1}, {2, 3, 1}}, {false, true}},
      {"said once", {{7, 7, 1}, {1, 1, 1}, {2, 2, 1}}, {false, true, false}},
      {"nobody counts", {{0, 7, 1}, {0, 3, 1}}, {false, false}},
  };
  for (const Case& one : cases) {
    internal::DeliveryOrder order;
    std::vector<bool> back;
    for (const Delivered& delivered : one.deliveries) {
      transport::DeliveryInfo info;
      info.consumer_sequence = delivered.consumer;
      info.stream_sequence = delivered.stream;
      info.delivered = delivered.times;
      back.push_back(order.GoesBack(info));
    }
    EXPECT_EQ(back, one.back) << one.what;
  }
}

TEST(DeliveryOrderTest, ForgetsAllButTheHighestWhenTheConsumerIsMadeAgain) {
  internal::DeliveryOrder order;
  transport::DeliveryInfo info;
  info.consumer_sequence = info.stream_sequence = 7;
  info.delivered = 1;
  EXPECT_FALSE(order.GoesBack(info));
  order.Restart();
  info.consumer_sequence = info.stream_sequence = 3;
  EXPECT_FALSE(order.GoesBack(info));
  EXPECT_EQ(order.highest(), 7U);
}

TEST(DoubtTest, NothingIsDoneBeforeTheStreamIsSure) {
  Stage stage;
  stage.Run(Returning(absl::OkStatus()));
  stage.runner().Close(kUnverified);
  stage.Deliver({.sequence = 1});
  stage.Deliver({.sequence = 2, .delivered = 9});  // to be buried
  EXPECT_THAT(stage.log(), IsEmpty());
  EXPECT_THAT(stage.dead.letters, IsEmpty());
  EXPECT_EQ(stage.health().waiting, 2);
  // Meanwhile pulses keep them.
  stage.clock().Advance(absl::Minutes(2));
  stage.InLoop([&] { stage.runner().Open(kUnverified); });
  EXPECT_THAT(stage.settled(),
              UnorderedElementsAre("ack 1", StartsWith("term 2")));
  EXPECT_EQ(stage.dead.letters.size(), 1U);
}

TEST(DoubtTest, WhatIsOfAnotherStreamIsDroppedWithoutAWord) {
  Stage stage;
  testing::Gate gate;
  ActorOptions options = QuickRetries();
  options.max_jobs = 1;
  stage.Run(Actor(
      "mailer", kParcelSent,
      [&](const std::string&, const Context&) -> Task<absl::Status> {
        co_await gate.Wait();
        co_return absl::OkStatus();
      },
      options));
  stage.DeliverAll({{.sequence = 1}, {.sequence = 2}, {.sequence = 3}});
  EXPECT_EQ(stage.health().running, 1);
  stage.InLoop([&] { stage.runner().GiveUp("it is another one"); });
  EXPECT_EQ(stage.health().waiting, 0);
  EXPECT_EQ(stage.health().problem, "it is another one");
  EXPECT_FALSE(stage.transport.flow().open());
  stage.InLoop([&] { gate.Open(); });
  stage.clock().Advance(absl::Minutes(2));
  EXPECT_THAT(stage.settled(), IsEmpty());
  EXPECT_THAT(stage.log(), ElementsAre("start 1", "lost 1 OK"));
  EXPECT_TRUE(stage.runner().idle());
}

TEST(DoubtTest, WhatTheServerSentTooLongAgoIsSomebodyElses) {
  Stage stage;
  int calls = 0;
  stage.Run(Returning(absl::OkStatus(), &calls));
  const absl::Time now = stage.clock().Now();
  // Nine tenths of ack_wait, which is 30 s.
  stage.Deliver({.sequence = 1, .sent = now - absl::Seconds(27)});
  EXPECT_EQ(calls, 0);
  EXPECT_THAT(stage.log(), ElementsAre("lost 1 DEADLINE_EXCEEDED"));
  stage.Deliver({.sequence = 2, .sent = now - absl::Seconds(26)});
  EXPECT_EQ(calls, 1);
  EXPECT_THAT(stage.settled(), ElementsAre("ack 2"));
}

TEST(AckSyncTest, CountsWhatTheServerHasConfirmed) {
  ActorOptions options = QuickRetries();
  options.ack_sync = true;
  Stage stage;
  stage.Run(Actor(
      "mailer", kParcelSent, [](const std::string&) {}, options));
  stage.Deliver({.sequence = 1});
  stage.transport.ack_sync_answer = absl::DeadlineExceededError("no answer");
  stage.Deliver({.sequence = 2});
  stage.transport.ack_sync_answer = absl::OkStatus();
  stage.Deliver({.sequence = 2, .delivered = 2});
  EXPECT_THAT(stage.log(), ElementsAre("start 1", "handled 1 OK", "start 2",
                                       "lost 2 DEADLINE_EXCEEDED", "start 2",
                                       "handled 2 OK"));
  EXPECT_EQ(stage.health().handled, 2);
  EXPECT_EQ(stage.health().lost, 1);
  EXPECT_TRUE(stage.runner().idle());
}

TEST(AckSyncTest, AnOutcomeThatCameTooLateIsNotEvenSent) {
  ActorOptions options = QuickRetries();
  options.ack_sync = true;
  Stage stage;
  stage.transport.pulses_are_sent = false;
  stage.Run(Actor(
      "mailer", kParcelSent,
      [](const std::string&, const Context& context) -> Task<absl::Status> {
        co_await context.clock().Sleep(absl::Seconds(28));
        co_return absl::OkStatus();
      },
      options));
  stage.Deliver({.sequence = 1});
  stage.clock().Advance(absl::Minutes(1));
  EXPECT_THAT(stage.log(), ElementsAre("start 1", "lost 1 OK"));
  EXPECT_THAT(stage.settled(), IsEmpty());
}

}  // namespace
}  // namespace walnats
