// Guarantee 7: what is noticed when somebody changes, deletes or replaces what
// a process works on, and what it does then and does not do.

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/contract/guarantees_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// nats-server 2.9 may write a file of a consumer while it removes its
// directory, and then fails to delete it.
constexpr TextEvent kVolatile("parcel.sent",
                              {.limits = {.storage = Storage::kMemory}});

// "consumer missing begins", "consumer missing ends".
class ConditionLog final : public Observer {
 public:
  void OnCondition(const Condition& condition, bool begun) override {
    lines.push_back(Cat(ToString(condition.kind), begun ? " begins" : " ends"));
    last_detail = condition.detail;
  }
  std::vector<std::string> lines;
  std::string last_detail;
};

class GuaranteesHealing : public Guarantees {
 protected:
  GuaranteesHealing() { event_ = &kVolatile; }
  Process& StartWatched(ActorOptions actor = {}) {
    ServicesOptions options = Options();
    options.watch = absl::Seconds(1);
    options.observers = {told_};
    return Start({.name = "shop", .actors = {Mailer(actor)}}, options);
  }
  bool Told(std::string_view line) {
    return Until([&] { return std::ranges::count(told_->lines, line) > 0; });
  }
  void DeleteStream() {
    stream_ = Run(transport().GetStream("parcel-sent"))->config;
    consumer_ = MailerInfo().config;
    ASSERT_THAT(Run(transport().DeleteStream("parcel-sent")), IsOk());
    // Where time stands still, the next one would have the same creation time.
    Elapse(absl::Milliseconds(5));
  }
  // As another process would, with a consumer and `count` messages.
  void MakeStreamAgain(int count) {
    ASSERT_THAT(Run(transport().CreateStream(stream_)), IsOk());
    ASSERT_THAT(Run(transport().CreateConsumer("parcel-sent", consumer_)),
                IsOk());
    EmitMany(count);
  }
  absl::Status EmitOnce(Process& process) {
    EmitOptions options;
    options.unsent_limit = absl::Milliseconds(200);
    return Emit(process, *event_, "x", options).status();
  }

  const std::shared_ptr<ConditionLog> told_ = std::make_shared<ConditionLog>();
  transport::StreamConfig stream_;
  transport::ConsumerConfig consumer_;
};

INSTANTIATE_TEST_SUITE_P(, GuaranteesHealing, ::testing::ValuesIn(AllSides()),
                         SideName);

TEST_P(GuaranteesHealing, ADeletedConsumerIsToldOfOnce) {
  Process& shop = StartWatched();
  EmitMany(3);
  ASSERT_TRUE(Until([&] { return Settled(3); }));
  ASSERT_THAT(Run(transport().DeleteConsumer("parcel-sent", "mailer")), IsOk());
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return shop.actor().handled >= 4; }));
  EXPECT_TRUE(Until([&] { return shop.health().ready(); }))
      << shop.health().Describe();
  EXPECT_THAT(told_->lines,
              ElementsAre("consumer missing begins", "consumer missing ends"));
}

TEST_P(GuaranteesHealing, NothingOfAStreamMadeAgainIsHandled) {
  Process& shop = StartWatched();
  EmitMany(3);
  ASSERT_TRUE(Until([&] { return Settled(3); }));
  DeleteStream();
  MakeStreamAgain(5);
  ASSERT_TRUE(Told("stream made again begins"));
  Elapse(absl::Milliseconds(500));
  EXPECT_THAT(attempts_, SizeIs(3));
  EXPECT_EQ(Floor(), 0U);
  EXPECT_FALSE(shop.health().ready());
  EXPECT_THAT(shop.actor().problem, HasSubstr("restart the service"));
  // A person decides, by a restart.
  Stop(shop);
  StartWatched();
  EXPECT_TRUE(Until([&] { return Settled(5); }));
}

// It runs while its stream is replaced: its ack has the number of a message
// that is another one now.
TEST_P(GuaranteesHealing, WhatRunsIsNotSettledInAStreamMadeAgain) {
  closed_ = true;
  Process& shop = StartWatched();
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  DeleteStream();
  MakeStreamAgain(1);
  ASSERT_TRUE(Told("stream made again begins"));
  closed_ = false;
  ASSERT_TRUE(Until([&] { return shop.actor().lost == 1; }));
  EXPECT_EQ(shop.actor().handled, 0);
  EXPECT_EQ(Floor(), 0U);
  EXPECT_THAT(attempts_, SizeIs(1));
}

TEST_P(GuaranteesHealing, AMissingStreamIsToldOfAndEmitsToItFail) {
  Process& shop = StartWatched();
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return Settled(1); }));
  DeleteStream();
  ASSERT_TRUE(Told("stream missing begins"));
  EXPECT_FALSE(shop.health().ready());
  EXPECT_EQ(EmitOnce(shop).code(), absl::StatusCode::kUnavailable);
  MakeStreamAgain(1);
  ASSERT_TRUE(Told("stream made again begins"));
  EXPECT_THAT(told_->lines,
              ElementsAre("stream missing begins", "stream missing ends",
                          "stream made again begins"));
  EXPECT_THAT(attempts_, SizeIs(1));
}

TEST_P(GuaranteesHealing, AStreamThatDiffersIsToldOfUntilItDoesNot) {
  Process& shop = StartWatched();
  const auto declared = Run(transport().GetStream("parcel-sent"));
  ASSERT_THAT(declared.status(), IsOk());
  transport::StreamConfig other = declared->config;
  other.max_messages = 1000;
  ASSERT_THAT(Run(transport().UpdateStream(other)).status(), IsOk());
  ASSERT_TRUE(Told("configuration differs begins"));
  EXPECT_THAT(told_->last_detail, HasSubstr("max_msgs is 1000"));
  EXPECT_TRUE(shop.health().ready()) << "it only reports";
  ASSERT_THAT(Run(transport().UpdateStream(declared->config)).status(), IsOk());
  EXPECT_TRUE(Told("configuration differs ends"));
  EXPECT_THAT(told_->lines, SizeIs(2));
}

TEST_P(GuaranteesHealing, ALostConnectionIsToldOfOnceAndLeavesNoDoubt) {
  event_ = &kParcelSent;
  Process& shop = StartWatched({.ack_wait = absl::Seconds(1)});
  EmitMany(2);
  ASSERT_TRUE(Until([&] { return Settled(2); }));
  RestartServer(absl::Milliseconds(100));
  ASSERT_TRUE(Told("disconnected ends"));
  EmitMany(2);
  EXPECT_TRUE(Until([&] { return shop.actor().handled >= 4; }))
      << shop.health().Describe();
  EXPECT_EQ(std::ranges::count(told_->lines, "disconnected begins"), 1);
}

TEST_P(GuaranteesHealing, AnAckThatIsNotConfirmedIsLostAndComesAgain) {
  event_ = &kParcelSent;
  Process& shop =
      StartWatched({.ack_wait = absl::Milliseconds(600), .ack_sync = true});
  handle_ = [&](const std::string&,
                const Context& context) -> Task<absl::Status> {
    while (context.attempt() == 1 && shop.health().connected) {
      co_await context.clock().Sleep(absl::Milliseconds(2));
    }
    co_return absl::OkStatus();
  };
  EmitMany(1);
  ASSERT_TRUE(Until([&] { return attempts_.size() == 1; }));
  RestartServer(absl::Milliseconds(300));
  ASSERT_TRUE(Until([&] { return shop.actor().lost == 1; }));
  EXPECT_TRUE(Until([&] { return Settled(1); }));
  EXPECT_EQ(attempts_.size(), 2u);
  EXPECT_EQ(shop.actor().handled, 1);
}

}  // namespace
}  // namespace walnats::contract
