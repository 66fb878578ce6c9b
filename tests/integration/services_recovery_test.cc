// What Services do when something is gone that they rely on.

#include <gmock/gmock.h>

#include <set>

#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

class ServicesRecoveryTest : public ServicesServer {
 protected:
  // An actor that writes what it gets on `board`.
  Running& StartMailer(Board& board) {
    Actor mailer("mailer", kParcelSent,
                 [&board](const std::string& text) { board.Add(text); });
    return Start({.name = "shop", .actors = {mailer}});
  }
  // The numbers from `first` to `last`.
  void EmitNumbers(const Running& shop, int first, int last) {
    for (int i = first; i <= last; ++i) {
      const auto receipt = Emit(shop, kParcelSent, Cat(i));
      ASSERT_TRUE(receipt.ok()) << receipt.status();
    }
  }
  void ExpectSettled(uint64_t sequence) {
    EXPECT_TRUE(Eventually([&] {
      return Consumer("parcel-sent", "mailer").ack_floor_stream_sequence ==
             sequence;
    }));
  }
};

TEST_F(ServicesRecoveryTest, MakesADeletedConsumerAgainAndGoesOn) {
  Board before;
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(StartMailer(before), 1, 50));
  before.Await(50);
  ExpectSettled(50);
  // Another process, so to say: it knows from the start how far others were.
  Running& shop = StartMailer(seen_);
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(shop, 51, 80));
  EXPECT_THAT(seen_.Await(30), SizeIs(30));
  const absl::Time made = Consumer("parcel-sent", "mailer").created;
  // 2.9 deletes it, and says now and then that its directory is not empty.
  Await(raw().DeleteConsumer("parcel-sent", "mailer")).IgnoreError();
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(shop, 81, 120));
  EXPECT_TRUE(Eventually([&] {
    const std::vector<std::string> lines = seen_.lines();
    return std::set(lines.begin(), lines.end()).size() == 70;
  }));
  EXPECT_TRUE(Eventually([&] { return shop.health().ready(); }));
  const std::vector<std::string> lines = seen_.lines();
  EXPECT_THAT(lines, Contains("51"));
  EXPECT_THAT(lines, Contains("120"));
  EXPECT_THAT(lines, Not(Contains("50")));
  ExpectSettled(120);
  EXPECT_GT(Consumer("parcel-sent", "mailer").created, made);
}

TEST_F(ServicesRecoveryTest, HandlesNothingOfAStreamThatWasMadeAgain) {
  Running& shop = StartMailer(seen_);
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(shop, 1, 1));
  EXPECT_THAT(seen_.Await(1), SizeIs(1));
  const transport::StreamConfig config = Stream("parcel-sent");
  ASSERT_TRUE(Await(raw().DeleteStream("parcel-sent")).ok());
  ASSERT_TRUE(Await(raw().CreateStream(config)).ok());
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(shop, 2, 2));
  EXPECT_TRUE(Eventually([&] {
    return shop.actor().problem.find(
               "stream \"parcel-sent\": deleted and made again") !=
           std::string::npos;
  })) << shop.health().Describe();
  EXPECT_FALSE(shop.health().ready());
  EXPECT_THAT(shop.health().Describe(), HasSubstr("actor \"mailer\": "));
  EXPECT_THAT(*Await(raw().ListConsumers("parcel-sent")), IsEmpty());
  Stop();
  EXPECT_THAT(seen_.lines(), SizeIs(1));
  // A person decides, by a restart.
  StartMailer(seen_);
  EXPECT_THAT(seen_.Await(2), IsSupersetOf({"1", "2"}));
}

TEST_F(ServicesRecoveryTest, NoticesAServerThatHangsAndComesBack) {
  Running& shop = StartMailer(seen_);
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(shop, 1, 1));
  EXPECT_THAT(seen_.Await(1), SizeIs(1));
  ASSERT_TRUE(server_->Pause().ok());
  EXPECT_TRUE(Eventually([&] { return !shop.health().connected; }));
  const Health health = shop.health();
  EXPECT_FALSE(health.ready());
  EXPECT_THAT(health.problem, Not(IsEmpty()));
  EXPECT_EQ(health.phase, Phase::kRunning);
  ASSERT_TRUE(server_->Resume().ok());
  EXPECT_TRUE(Eventually([&] { return shop.health().ready(); }))
      << shop.health().Describe();
  ASSERT_NO_FATAL_FAILURE(EmitNumbers(shop, 2, 2));
  EXPECT_THAT(seen_.Await(2), Contains("2"));
}

}  // namespace
}  // namespace walnats::testing
