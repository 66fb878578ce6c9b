#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/memory/memory_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/status.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using transport::Expect;
using transport::PublishOptions;

class MemoryPublishTest : public MemoryTest {
 protected:
  void Send(Completion& completion, std::string_view subject = "s",
            const Expect& expect = {}, const PublishOptions& options = {}) {
    completion.message = To(subject, "x");
    completion.expect = expect;
    completion.options = options;
    transport_->Publish(completion);
    EXPECT_FALSE(completion.result) << "called inside Publish";
  }
  static Expect Id(std::string_view id) {
    Expect expect;
    expect.message_id = id;
    return expect;
  }
  uint64_t Stored() { return server_->model().GetStream("s")->messages; }

  Completion completion_;
};

TEST_F(MemoryPublishTest, AnswersInALaterTurn) {
  MakeConsumer();
  Send(completion_);
  EXPECT_EQ(Stored(), 1U);
  clock_.Poll();
  ASSERT_TRUE(completion_.status().ok()) << completion_.status();
  EXPECT_EQ((*completion_.result)->stream, "s");
  EXPECT_EQ((*completion_.result)->sequence, 1U);
}

TEST_F(MemoryPublishTest, StoresOnceWhatHasOneId) {
  MakeConsumer();
  EXPECT_FALSE(Publish("x", Id("1"))->duplicate);
  EXPECT_TRUE(Publish("x", Id("1"))->duplicate);
  EXPECT_EQ(Stored(), 1U);
}

TEST_F(MemoryPublishTest, SaysWhatWasExpectedInVain) {
  MakeConsumer();
  Expect expect;
  expect.last_sequence = 7;
  const absl::Status wrong = Publish("x", expect).status();
  EXPECT_EQ(wrong.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(wrong.message(), "publish \"s\": wrong last sequence: 0");
  EXPECT_EQ(ServerCode(wrong), 10071);
}

TEST_F(MemoryPublishTest, TriesTwiceAgainWhereNobodyResponds) {
  Send(completion_, "nowhere");
  clock_.Advance(absl::Milliseconds(499));
  EXPECT_FALSE(completion_.result);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(completion_.status(),
            absl::UnavailableError("publish \"nowhere\": no stream takes it "
                                   "(no responders)"));
}

TEST_F(MemoryPublishTest, FindsTheStreamThatComesMeanwhile) {
  Send(completion_);
  clock_.Advance(absl::Milliseconds(100));
  MakeConsumer();
  clock_.Advance(absl::Milliseconds(150));
  EXPECT_TRUE(completion_.status().ok()) << completion_.status();
}

TEST_F(MemoryPublishTest, WaitsForTheAnswerOfWhoIsNoStream) {
  Messages plain;
  const auto subscription = transport_->Subscribe("t", "", plain);
  Send(completion_, "t");
  clock_.Advance(absl::Milliseconds(4999));
  EXPECT_FALSE(completion_.result);
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(absl::IsUnknown(completion_.status())) << completion_.status();
}

TEST_F(MemoryPublishTest, RefusesWhatIsTooLarge) {
  Restart({.max_payload = 20});
  const std::string body(21, 'x');
  completion_.message = To("s", body);
  transport_->Publish(completion_);
  EXPECT_FALSE(completion_.result);
  clock_.Poll();
  EXPECT_EQ(completion_.status(),
            absl::FailedPreconditionError(
                "publish \"s\": payload of 21 bytes with its headers over the "
                "server's limit of 20"));
}

TEST_F(MemoryPublishTest, FillsItsWindow) {
  MakeConsumer();
  std::deque<Completion> window(4096);
  for (Completion& completion : window) Send(completion);
  PublishOptions impatient;
  impatient.wait = false;
  Send(completion_, "s", {}, impatient);
  Completion patient;
  Send(patient);
  EXPECT_EQ(Stored(), 4096U);
  clock_.Poll();
  EXPECT_EQ(completion_.status(),
            absl::ResourceExhaustedError(
                "publish \"s\": the publish window is full"));
  EXPECT_TRUE(patient.status().ok()) << patient.status();
  EXPECT_EQ(Stored(), 4097U);
}

TEST_F(MemoryPublishTest, WaitsForTheConnectionAsLongAsItMay) {
  MakeConsumer();
  server_->Disconnect("test");
  PublishOptions impatient;
  impatient.wait = false;
  Send(completion_, "s", {}, impatient);
  Completion late;
  Completion in_time;
  Send(late, "s", {}, {.unsent_limit = absl::Seconds(1)});
  Send(in_time, "s", {}, {.unsent_limit = absl::Seconds(3)});
  clock_.Poll();
  EXPECT_EQ(completion_.status(),
            absl::UnavailableError("publish \"s\": not connected"));
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(late.status(), absl::UnavailableError(
                               "publish \"s\": could not be sent within 1s"));
  EXPECT_FALSE(in_time.result);
  server_->Reconnect();
  clock_.Poll();
  EXPECT_TRUE(in_time.status().ok()) << in_time.status();
  EXPECT_EQ(Stored(), 1U);
}

TEST_F(MemoryPublishTest, ResolvesALostAnswerByItsId) {
  MakeConsumer();
  Completion nameless;
  Send(completion_, "s", Id("1"));
  Send(nameless);
  server_->Disconnect("test");
  clock_.Poll();
  EXPECT_FALSE(completion_.result);
  EXPECT_TRUE(absl::IsUnknown(nameless.status())) << nameless.status();
  clock_.Advance(absl::Seconds(1));
  server_->Reconnect();
  clock_.Poll();
  ASSERT_TRUE(completion_.status().ok()) << completion_.status();
  EXPECT_TRUE((*completion_.result)->duplicate);
  EXPECT_EQ((*completion_.result)->sequence, 1U);
}

TEST_F(MemoryPublishTest, GivesUpOnALostAnswerBeforeTheWindowEnds) {
  MakeConsumer();
  Send(completion_, "s", Id("1"), {.resolve_within = absl::Seconds(10)});
  server_->Disconnect("test");
  clock_.Advance(absl::Seconds(8));
  EXPECT_FALSE(completion_.result);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(absl::IsUnknown(completion_.status())) << completion_.status();
}

TEST_F(MemoryPublishTest, CompletesEverythingWhenItIsClosed) {
  Messages silent;
  const auto subscription = transport_->Subscribe("s", "", silent);
  Send(completion_);
  Run(transport_->Close());
  EXPECT_EQ(completion_.status(),
            absl::UnknownError(
                "publish \"s\": closed before the answer; it may be stored"));
  Completion later;
  Send(later);
  clock_.Poll();
  EXPECT_EQ(later.status(),
            absl::FailedPreconditionError("publish \"s\": closed"));
}

TEST_F(MemoryPublishTest, CompletesWhatNeverLeftWhenItIsClosed) {
  server_->Disconnect("test");
  Send(completion_);
  Run(transport_->Close());
  EXPECT_EQ(completion_.status(), absl::FailedPreconditionError(
                                      "publish \"s\": closed before it left"));
}

TEST_F(MemoryPublishTest, CompletesEverythingWhenItIsDestroyed) {
  MakeConsumer();
  Send(completion_);
  transport_.reset();
  EXPECT_TRUE(absl::IsUnknown(completion_.status()));
  clock_.Poll();
}

TEST_F(MemoryPublishTest, LetsACompletionPublishAgain) {
  MakeConsumer();
  Completion second;
  completion_.then = [&] { Send(second); };
  Send(completion_);
  clock_.Poll();
  EXPECT_TRUE(second.status().ok()) << second.status();
  EXPECT_EQ(Stored(), 2U);
}

TEST_F(MemoryPublishTest, FlushWaitsForEveryAnswer) {
  MakeConsumer();
  std::deque<Completion> many(5000);
  for (Completion& completion : many) Send(completion);
  Pending flushed(clock_, transport_->Flush(absl::Seconds(1)));
  clock_.Advance(absl::Milliseconds(1));
  ASSERT_TRUE(flushed.done());
  EXPECT_EQ(*flushed, absl::OkStatus());
  EXPECT_EQ(Stored(), 5000U);
}

TEST_F(MemoryPublishTest, FlushGivesUpWhileTheConnectionIsLost) {
  server_->Disconnect("test");
  Send(completion_);
  Pending flushed(clock_, transport_->Flush(absl::Seconds(1)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(*flushed, absl::DeadlineExceededError(
                          "flush: within 1s not everything was sent and "
                          "answered (0 publishes without answer)"));
}

TEST_F(MemoryPublishTest, StoresABatchTogether) {
  transport::StreamConfig config;
  config.name = "s";
  config.subjects = {"s"};
  config.allow_atomic = true;
  ASSERT_TRUE(Run(transport_->CreateStream(config)).ok());
  const std::vector<transport::Outgoing> batch = {To("s", "1"), To("s", "2"),
                                                  To("s", "3")};
  const auto ack = Run(transport_->PublishBatch(batch, {}));
  ASSERT_TRUE(ack.ok()) << ack.status();
  EXPECT_EQ(ack->sequence, 3U);
  Expect expect;
  expect.last_sequence = 1;
  const auto refused = Run(transport_->PublishBatch(batch, expect));
  EXPECT_FALSE(refused.ok());
  EXPECT_EQ(Stored(), 3U);
}

TEST_F(MemoryPublishTest, SaysWhyNoBatchIsStored) {
  MakeConsumer();
  const transport::Outgoing message = To("s", "1");
  EXPECT_EQ(Run(transport_->PublishBatch({}, {})).status(),
            absl::FailedPreconditionError(
                "publish batch of 0: a batch has 1 to 1000 messages"));
  const absl::Status refused =
      Run(transport_->PublishBatch({&message, 1}, {})).status();
  EXPECT_EQ(ServerCode(refused), 10174) << refused;
  EXPECT_EQ(Stored(), 0U);
}

}  // namespace
}  // namespace walnats::testing
