// What can change of a consumer, what cannot, and the verbs of new servers:
// pause and reset.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::AckPolicy;
using transport::ConsumerConfig;
using transport::ConsumerInfo;
using transport::DeliverPolicy;

class ConsumerUpdates : public Contract {
 protected:
  // Stream "s" of "s.*" with a consumer "c" of everything.
  void MakeBoth() {
    MakeStream(StreamOf("s", {"s.*"}));
    MakeConsumer("s", ConsumerOf("c", {"s.*"}));
  }
  template <class Change>
  absl::StatusOr<ConsumerInfo> Update(Change change) {
    ConsumerConfig config = Consumer("s", "c").config;
    change(config);
    return Run(transport().UpdateConsumer("s", config));
  }
  absl::Time InAnHour() { return clock().Now() + absl::Hours(1); }
};

// For what old servers lack.
using NewConsumerUpdates = ConsumerUpdates;

TEST_P(ConsumerUpdates, AreAccepted) {
  MakeBoth();
  const auto info = Update([](ConsumerConfig& config) {
    config.description = "new";
    config.filter_subjects = {"s.a"};
    config.ack_wait = absl::Seconds(5);
    config.max_deliver = 3;
    config.max_ack_pending = 7;
    config.inactive_threshold = absl::Hours(2);
    config.headers_only = true;
  });
  ASSERT_THAT(info, IsOk());
  const ConsumerConfig config = Consumer("s", "c").config;
  EXPECT_EQ(config.description, "new");
  EXPECT_THAT(config.filter_subjects, ElementsAre("s.a"));
  EXPECT_EQ(config.ack_wait, absl::Seconds(5));
  EXPECT_EQ(config.max_deliver, 3);
  EXPECT_EQ(config.max_ack_pending, 7);
  EXPECT_EQ(config.inactive_threshold, absl::Hours(2));
  EXPECT_TRUE(config.headers_only);
}

TEST_P(ConsumerUpdates, KeepWhereTheConsumerStands) {
  MakeBoth();
  PublishMany("s.a", 3);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 1);
  ASSERT_THAT(Run(transport().AckSync(deliveries.Take())), IsOk());
  const absl::Time created = Consumer("s", "c").created;
  ASSERT_THAT(
      Update([](ConsumerConfig& config) { config.description = "new"; }),
      IsOk());
  const ConsumerInfo info = Consumer("s", "c");
  EXPECT_EQ(info.created, created);
  EXPECT_EQ(info.ack_floor_stream_sequence, 1U);
  EXPECT_EQ(info.pending, 2U);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(2, 3));
}

TEST_P(ConsumerUpdates, AreRefused) {
  MakeBoth();
  const auto refused = [&](const char* what, auto change) {
    EXPECT_THAT(Update(change),
                IsRefused(StatusCode::kFailedPrecondition, 10012))
        << what;
  };
  refused("deliver policy",
          [](ConsumerConfig& config) { config.deliver = DeliverPolicy::kNew; });
  refused("ack policy",
          [](ConsumerConfig& config) { config.ack = AckPolicy::kAll; });
  refused("start", [](ConsumerConfig& config) {
    config.deliver = DeliverPolicy::kBySequence;
    config.start_sequence = 2;
  });
}

TEST_P(ConsumerUpdates, ANewFilterCountsAnew) {
  MakeBoth();
  PublishMany("s.a", 3);
  PublishMany("s.b", 2);
  EXPECT_EQ(Consumer("s", "c").pending, 5U);
  ASSERT_THAT(
      Update([](ConsumerConfig& config) { config.filter_subjects = {"s.b"}; }),
      IsOk());
  EXPECT_TRUE(Until([&] { return Consumer("s", "c").pending == 2; }));
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(4, 5));
}

TEST_P(ConsumerUpdates, ALongerAckWaitHoldsForWhatIsDeliveredThen) {
  MakeBoth();
  ASSERT_THAT(
      Update([](ConsumerConfig& config) { config.ack_wait = absl::Hours(1); }),
      IsOk());
  PublishMany("s.a", 1);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 1);
  flow->Want(5);
  Elapse(absl::Milliseconds(500));
  EXPECT_EQ(deliveries.all.size(), 1U);
}

TEST_P(ConsumerUpdates, AHigherMaxAckPendingLetsMoreOut) {
  MakeStream(StreamOf("s", {"s.*"}));
  ConsumerConfig config = ConsumerOf("c", {"s.*"});
  config.max_ack_pending = 1;
  config.ack_wait = absl::Seconds(30);
  MakeConsumer("s", config);
  PublishMany("s.a", 3);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(5);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() == 1; }));
  ASSERT_THAT(
      Update([](ConsumerConfig& changed) { changed.max_ack_pending = 2; }),
      IsOk());
  // Whether at once or with the next pull is the server's affair.
  Deliveries theirs(clock());
  auto another = other().Open("s", "c", {}, theirs);
  another->Want(5);
  const auto count = [&] { return deliveries.all.size() + theirs.all.size(); };
  ASSERT_TRUE(Until([&] { return count() == 2; }));
  Elapse(absl::Milliseconds(50));
  EXPECT_EQ(count(), 2U);
}

// ---- pause

TEST_P(ConsumerUpdates, APausedConsumerDeliversNothing) {
  MakeBoth();
  PublishMany("s.a", 2);
  const absl::Status paused =
      Run(transport().PauseConsumer("s", "c", InAnHour()));
  if (!Has(Difference::kPause)) {
    EXPECT_THAT(paused, IsRefused(StatusCode::kUnimplemented, 0));
    return;
  }
  ASSERT_THAT(paused, IsOk());
  EXPECT_TRUE(Consumer("s", "c").paused);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(5);
  Elapse(absl::Milliseconds(100));
  EXPECT_THAT(deliveries.all, IsEmpty());
  // A time that has passed resumes.
  ASSERT_THAT(Run(transport().PauseConsumer("s", "c", absl::UnixEpoch())),
              IsOk());
  EXPECT_FALSE(Consumer("s", "c").paused);
  // At the latest with the next pull.
  Deliveries theirs(clock());
  auto another = other().Open("s", "c", {}, theirs);
  another->Want(5);
  EXPECT_TRUE(
      Until([&] { return deliveries.all.size() + theirs.all.size() == 2; }));
}

TEST_P(NewConsumerUpdates, APauseEndsByItself) {
  MakeBoth();
  PublishMany("s.a", 1);
  ASSERT_THAT(Run(transport().PauseConsumer(
                  "s", "c", clock().Now() + absl::Milliseconds(300))),
              IsOk());
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  flow->Want(1);
  EXPECT_THAT(deliveries.all, IsEmpty());
  EXPECT_TRUE(Until([&] { return deliveries.all.size() == 1; }));
  EXPECT_FALSE(Consumer("s", "c").paused);
}

TEST_P(NewConsumerUpdates, PauseOfAMissingOne) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Run(transport().PauseConsumer("s", "c", InAnHour())),
              HasCode(StatusCode::kNotFound));
}

// ---- reset

TEST_P(ConsumerUpdates, AResetGoesBackToASequence) {
  MakeBoth();
  PublishMany("s.a", 4);
  Deliveries deliveries(clock());
  {
    auto flow = Open("s", "c", deliveries);
    Pull(*flow, deliveries, 4);
    while (!deliveries.all.empty()) {
      ASSERT_THAT(Run(transport().AckSync(deliveries.Take())), IsOk());
    }
  }
  const absl::Status reset = Run(transport().ResetConsumer("s", "c", 3));
  if (!Has(Difference::kReset)) {
    EXPECT_THAT(reset, IsRefused(StatusCode::kUnimplemented, 0));
    return;
  }
  ASSERT_THAT(reset, IsOk());
  EXPECT_EQ(Consumer("s", "c").pending, 2U);
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  EXPECT_THAT(deliveries.Sequences(), ElementsAre(3, 4));
  EXPECT_EQ(deliveries.all[0].info().delivered, 1U);
}

TEST_P(NewConsumerUpdates, AResetForgetsWhatIsPending) {
  MakeBoth();
  PublishMany("s.a", 2);
  Deliveries deliveries(clock());
  auto flow = Open("s", "c", deliveries);
  Pull(*flow, deliveries, 2);
  ASSERT_THAT(Run(transport().ResetConsumer("s", "c", 1)), IsOk());
  EXPECT_EQ(Consumer("s", "c").ack_pending, 0);
  EXPECT_EQ(Consumer("s", "c").pending, 2U);
}

INSTANTIATE_TEST_SUITE_P(, ConsumerUpdates, ::testing::ValuesIn(AllSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, NewConsumerUpdates, ::testing::ValuesIn(NewSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
