#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/memory_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using transport::Subscription;

class MemoryCoreTest : public MemoryTest {
 protected:
  std::unique_ptr<Subscription> Listen(std::string_view subject,
                                       Messages& messages,
                                       std::string_view queue = "") {
    auto made = transport_->Subscribe(subject, queue, messages);
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }
  // Answers every request with its own body.
  std::unique_ptr<Subscription> Echo(std::string_view subject) {
    echo_.then = [this] {
      const transport::Message& request = echo_.all.back();
      EXPECT_TRUE(other_->Send(To(request.reply(), request.body())).ok());
    };
    return *other_->Subscribe(subject, "", echo_);
  }

  std::unique_ptr<transport::Transport> other_ = server_->Connect();
  Messages echo_;
};

TEST_F(MemoryCoreTest, CarriesMessagesBetweenTransportsInALaterTurn) {
  Messages mine;
  const auto subscription = Listen("a.*", mine);
  const Header header{"X", "1"};
  ASSERT_TRUE(other_
                  ->Send({.subject = "a.b",
                          .headers = {&header, 1},
                          .body = "body",
                          .reply = "r"})
                  .ok());
  EXPECT_THAT(mine.all, IsEmpty());
  clock_.Poll();
  ASSERT_THAT(mine.all, SizeIs(1));
  EXPECT_EQ(mine.all[0].subject(), "a.b");
  EXPECT_EQ(mine.all[0].reply(), "r");
  EXPECT_EQ(mine.all[0].body(), "body");
  EXPECT_EQ(mine.all[0].header("X"), "1");
}

TEST_F(MemoryCoreTest, ServesOneMemberOfAQueueGroup) {
  Messages one;
  Messages two;
  const auto first = Listen("a", one, "q");
  const auto second = Listen("a", two, "q");
  for (const char* body : {"1", "2", "3"}) {
    ASSERT_TRUE(transport_->Send(To("a", body)).ok());
  }
  clock_.Poll();
  EXPECT_THAT(one.bodies(), ElementsAre("1", "3"));
  EXPECT_THAT(two.bodies(), ElementsAre("2"));
}

TEST_F(MemoryCoreTest, BringsWhatWasSentBeforeStop) {
  Messages messages;
  const auto subscription = Listen("a", messages);
  ASSERT_TRUE(transport_->Send(To("a", "1")).ok());
  subscription->Stop();
  ASSERT_TRUE(transport_->Send(To("a", "2")).ok());
  clock_.Poll();
  EXPECT_THAT(messages.bodies(), ElementsAre("1"));
}

TEST_F(MemoryCoreTest, BringsNothingAfterTheEndOfASubscription) {
  Messages messages;
  auto subscription = Listen("a", messages);
  messages.then = [&] { subscription.reset(); };
  ASSERT_TRUE(transport_->Send(To("a", "1")).ok());
  ASSERT_TRUE(transport_->Send(To("a", "2")).ok());
  clock_.Poll();
  EXPECT_THAT(messages.bodies(), ElementsAre("1"));
}

TEST_F(MemoryCoreTest, RefusesWhatNatsCannotCarry) {
  other_.reset();
  Restart({.max_payload = 10});
  EXPECT_EQ(transport_->Send(To("a b")),
            absl::FailedPreconditionError("publish \"a b\": no valid subject"));
  EXPECT_EQ(transport_->Send(To("")),
            absl::FailedPreconditionError("publish \"\": no valid subject"));
  EXPECT_EQ(transport_->Send(To("a", "12345678901")),
            absl::FailedPreconditionError(
                "publish \"a\": payload of 11 bytes over the limit of 10"));
  const Header nameless{"", "1"};
  EXPECT_TRUE(absl::IsFailedPrecondition(transport_->Send(
      {.subject = "a", .headers = {&nameless, 1}, .body = {}, .reply = {}})));
  Messages messages;
  EXPECT_EQ(
      transport_->Subscribe("a..b", "", messages).status(),
      absl::FailedPreconditionError("subscribe \"a..b\": Invalid Subject"));
  EXPECT_EQ(
      transport_->Subscribe("a", "q q", messages).status(),
      absl::FailedPreconditionError("subscribe \"a\": Invalid queue name"));
}

TEST_F(MemoryCoreTest, BringsHeaderValuesWithoutBlanksAroundThem) {
  Messages messages;
  const auto subscription = Listen("a", messages);
  const Header header{"X", " v: z\t"};
  ASSERT_TRUE(transport_
                  ->Send({.subject = "a",
                          .headers = {&header, 1},
                          .body = {},
                          .reply = {}})
                  .ok());
  clock_.Poll();
  ASSERT_THAT(messages.all, SizeIs(1));
  EXPECT_EQ(messages.all[0].header("X"), "v: z");
}

TEST_F(MemoryCoreTest, AnswersRequests) {
  const auto subscription = Echo("echo");
  const auto answer =
      Run(transport_->Request(To("echo", "hi"), absl::Seconds(1)));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body(), "hi");
}

TEST_F(MemoryCoreTest, SaysAtOnceThatNobodyAnswersARequest) {
  const auto answer = Run(transport_->Request(To("nobody"), absl::Seconds(1)));
  EXPECT_EQ(answer.status(),
            absl::UnavailableError("request \"nobody\": no responders"));
}

TEST_F(MemoryCoreTest, WaitsForAnAnswerAsLongAsItMay) {
  Messages silent;
  const auto subscription = Listen("silent", silent);
  Pending answer(clock_, transport_->Request(To("silent"), absl::Seconds(2)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(answer.done());
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(answer.done());
  EXPECT_EQ((*answer).status(), absl::DeadlineExceededError(
                                    "request \"silent\": no answer within 2s"));
}

TEST_F(MemoryCoreTest, StoresWhatAStreamTakesAndAnswersForIt) {
  MakeConsumer();
  ASSERT_TRUE(transport_->Send(To("s", "1")).ok());
  const auto answer = Run(transport_->Request(To("s", "2"), absl::Seconds(1)));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body(), "{\"stream\":\"s\", \"seq\":2}");
}

TEST_F(MemoryCoreTest, SendsAdvisories) {
  Messages advisories;
  const auto subscription = Listen("$JS.EVENT.ADVISORY.>", advisories);
  MakeConsumer();
  OpenFlow(1);
  ASSERT_TRUE(Publish("1").ok());
  transport_->Settle(deliveries_.TakeFirst(), transport::Term(), Soon());
  clock_.Poll();
  ASSERT_FALSE(advisories.all.empty());
  EXPECT_EQ(advisories.all.back().subject(),
            "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.s.c");
}

TEST_F(MemoryCoreTest, EndsWhatIsOpenWhenItIsClosed) {
  Messages silent;
  const auto subscription = Listen("silent", silent);
  Pending answer(clock_, transport_->Request(To("silent"), absl::Seconds(2)));
  States states;
  transport_->SetStateSink(&states);
  Run(transport_->Close());
  EXPECT_EQ((*answer).status(),
            absl::UnknownError("request \"silent\": closed before the answer"));
  EXPECT_EQ(transport_->state(), transport::State::kClosed);
  EXPECT_THAT(states.all, ElementsAre(transport::State::kClosed));
  EXPECT_EQ(transport_->Send(To("a")),
            absl::FailedPreconditionError("send \"a\": closed"));
  EXPECT_EQ(Run(transport_->GetStream("s")).status(),
            absl::FailedPreconditionError("get stream \"s\": closed"));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      transport_->Subscribe("a", "", silent).status()));
  EXPECT_EQ(Run(transport_->Flush(absl::Seconds(1))),
            absl::FailedPreconditionError("flush: closed"));
}

TEST_F(MemoryCoreTest, NamesWhatCannotStandInASubject) {
  EXPECT_EQ(Run(transport_->GetStream("a.b")).status(),
            absl::FailedPreconditionError(
                "get stream \"a.b\": names must not be empty nor hold '.', "
                "'*', '>' or white space"));
}

TEST_F(MemoryCoreTest, LacksWhatItsVersionLacks) {
  other_.reset();
  Restart({.version = model::kOldest});
  EXPECT_EQ(Run(transport_->PauseConsumer("s", "c", Soon())),
            absl::UnimplementedError(
                "pause consumer \"c\" of stream \"s\": nats-server 2.9.10 "
                "cannot"));
  EXPECT_TRUE(
      absl::IsUnimplemented(Run(transport_->ResetConsumer("s", "c", 1))));
  EXPECT_TRUE(absl::IsUnimplemented(
      Run(transport_->GetMessages("s", {{"s"}, {}})).status()));
  const transport::Outgoing message = To("s");
  EXPECT_EQ(Run(transport_->PublishBatch({&message, 1}, {})).status(),
            absl::UnimplementedError(
                "publish batch of 1: nats-server 2.9.10 cannot"));
  EXPECT_EQ(transport_->server().version, "2.9.10");
  EXPECT_FALSE(transport_->server().features.metadata);
}

}  // namespace
}  // namespace walnats::testing
