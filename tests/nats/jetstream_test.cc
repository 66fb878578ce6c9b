#include "walnats/nats/jetstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nats/jetstream_fixture.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using transport::State;

class JetStreamTest : public JetStreamFixture {};

struct PublishLog final : transport::Publication {
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    status = ack.status();
  }
  absl::Status status = absl::UnknownError("pending");
};

constexpr char kNotEnabled[] =
    R"({"error":{"code":503,"err_code":10039,)"
    R"("description":"jetstream not enabled for account"}})";

TEST_F(JetStreamTest, FindsFeaturesAtStart) {
  Start(kInfo215, "2.15.1");
  EXPECT_EQ(jetstream_->server().features.api_level, 5);
  EXPECT_TRUE(jetstream_->server().features.term_reason);
  EXPECT_EQ(jetstream_->server().url, "nats://127.0.0.1:4222");
  EXPECT_EQ(jetstream_->state(), State::kUp);
}

TEST_F(JetStreamTest, WaitsForAServerThatHasJustStarted) {
  const auto started = BeginStart();
  wire_->NoResponders(wire_->TakeOne());
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(started->has_value());
  AnswerInfo(kInfo29);
  ASSERT_TRUE((*started)->ok());
  jetstream_ = **std::move(*started);
}

TEST_F(JetStreamTest, SaysThatJetStreamIsNotEnabled) {
  const auto started = BeginStart();
  bool closed = false;
  wire_->closed = &closed;
  for (int i = 0; i < 200 && !started->has_value(); ++i) {
    for (const FakeWire::Sent& sent : wire_->Take()) wire_->NoResponders(sent);
    clock_.Advance(absl::Milliseconds(50));
  }
  ASSERT_TRUE(started->has_value());
  EXPECT_EQ((*started)->status(),
            absl::FailedPreconditionError(
                "JetStream is not enabled on nats://127.0.0.1:4222 "
                "(nats-server 2.9.10): get account info: no responders"));
  EXPECT_TRUE(closed);
}

TEST_F(JetStreamTest, SaysAtOnceThatTheAccountHasNoJetStream) {
  const auto started = BeginStart();
  AnswerInfo(kNotEnabled);
  ASSERT_TRUE(started->has_value());
  EXPECT_EQ((*started)->status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ServerCode((*started)->status()), 10039);
}

TEST_F(JetStreamTest, LooksForFeaturesAgainAfterAReconnect) {
  Start(kInfo29);
  wire_->GoDown();
  EXPECT_EQ(jetstream_->state(), State::kDown);
  wire_->info.version = "2.10.27";
  wire_->GoUp();
  clock_.Poll();
  EXPECT_EQ(jetstream_->server().version, "2.10.27");
  EXPECT_FALSE(jetstream_->server().features.term_reason);
  wire_->NoResponders(wire_->TakeOne());
  clock_.Advance(absl::Seconds(1));
  AnswerInfo(kInfo210);
  EXPECT_TRUE(jetstream_->server().features.term_reason);
}

TEST_F(JetStreamTest, MayDieWhileItLooksForFeatures) {
  Start();
  wire_->GoDown();
  wire_->GoUp();
  clock_.Poll();
  EXPECT_THAT(wire_->Take(), SizeIs(1));
  Close();
}

struct StateLog final : transport::StateSink {
  void OnState(State state, std::string_view reason) override {
    log.push_back(Cat(static_cast<int>(state), " ", reason));
  }
  std::vector<std::string> log;
};

TEST_F(JetStreamTest, TellsItsState) {
  Start();
  StateLog states;
  jetstream_->SetStateSink(&states);
  wire_->GoDown();
  wire_->GoUp();
  Close();
  EXPECT_THAT(states.log, ElementsAre("1 cut by the test",
                                      "0 nats://127.0.0.1:4222", "2 closed"));
}

TEST_F(JetStreamTest, NamesActAndObjectInErrors) {
  Start();
  const auto info = Begin(jetstream_->GetStream("shop"));
  EXPECT_EQ(wire_->TakeOne().subject, "$JS.API.STREAM.INFO.shop");
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ((*info)->status(), absl::DeadlineExceededError(
                                   "get stream \"shop\": no answer within 5s"));
  const auto gone = Begin(jetstream_->DeleteConsumer("shop", "mail"));
  Answer(wire_->TakeOne(), R"({"error":{"code":404,"err_code":10014,)"
                           R"("description":"consumer not found"}})");
  EXPECT_EQ((*gone)->code(), absl::StatusCode::kNotFound);
  EXPECT_EQ((*gone)->message(),
            "delete consumer \"mail\" of stream \"shop\": consumer not found");
  EXPECT_EQ(ServerCode(**gone), 10014);
  const transport::Outgoing question{
      .subject = "q", .headers = {}, .body = {}, .reply = {}};
  const auto asked = Begin(jetstream_->Request(question, absl::Seconds(1)));
  wire_->NoResponders(wire_->TakeOne());
  clock_.Poll();
  EXPECT_EQ((*asked)->status(),
            absl::UnavailableError("request \"q\": no responders"));
}

TEST_F(JetStreamTest, SendsNoHeaderThatWouldBeMangled) {
  Start();
  const Header headers[] = {{"Own", "a\nb"}};
  const transport::Outgoing message{.subject = "q", .headers = headers};
  const std::string_view why =
      " \"q\": set header \"Own\": value must not hold CR, LF or NUL";
  EXPECT_EQ(jetstream_->Send(message),
            absl::FailedPreconditionError(Cat("send", why)));
  const auto asked = Begin(jetstream_->Request(message, absl::Seconds(1)));
  EXPECT_EQ((*asked)->status(),
            absl::FailedPreconditionError(Cat("request", why)));
  PublishLog log;
  log.message = message;
  jetstream_->Publish(log);
  clock_.Advance(absl::ZeroDuration());
  EXPECT_EQ(log.status, absl::FailedPreconditionError(Cat("publish", why)));
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(JetStreamTest, ExpectsOfAnotherSubjectOnlyWhereTheServerReadsIt) {
  Start();
  PublishLog log;
  log.message.subject = "q";
  log.expect = {.subject_last_sequence = 1, .subject = "a.>"};
  jetstream_->Publish(log);
  EXPECT_EQ(log.status, absl::UnknownError("pending"));
  clock_.Advance(absl::ZeroDuration());
  EXPECT_EQ(log.status,
            absl::FailedPreconditionError(
                "publish \"q\": nats-server 2.9.10 cannot expect a sequence of "
                "\"a.>\""));
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(JetStreamTest, AsksNoOldServerToPurgeBelowTheFirstSequence) {
  Start();
  const auto purged = Begin(jetstream_->PurgeStream("s", {.up_to = 1}));
  const FakeWire::Sent sent = wire_->TakeOne();
  EXPECT_EQ(sent.subject, "$JS.API.STREAM.INFO.s");
  Answer(sent, R"({"config":{"name":"s"},"created":"2023-11-14T22:13:20Z"})");
  ASSERT_TRUE((*purged)->ok()) << (*purged)->status();
  EXPECT_EQ(***purged, 0);
  const auto missing = Begin(jetstream_->PurgeStream("s", {.up_to = 0}));
  Answer(wire_->TakeOne(), R"({"error":{"code":404,"err_code":10059,)"
                           R"("description":"stream not found"}})");
  EXPECT_EQ((*missing)->status().message(),
            "purge stream \"s\": stream not found");
}

TEST_F(JetStreamTest, RefusesNamesThatTheServerAnswersWithSilence) {
  Start();
  for (const char* name : {"", "a.b", "a b", "*", ">"}) {
    const auto stream = Begin(jetstream_->GetStream(name));
    EXPECT_EQ((*stream)->status().code(),
              absl::StatusCode::kFailedPrecondition);
    const auto consumer = Begin(jetstream_->GetConsumer("s", name));
    EXPECT_EQ((*consumer)->status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(JetStreamTest, ListsEveryPage) {
  Start();
  const auto list = Begin(jetstream_->ListConsumers("s"));
  const auto page = [](std::string_view name) {
    return Cat(R"({"total":2,"offset":0,"limit":1,"consumers":[)",
               R"({"stream_name":"s","name":")", name,
               R"(","created":"2024-01-01T00:00:00Z","config":{"name":")", name,
               R"("}}]})");
  };
  FakeWire::Sent sent = wire_->TakeOne();
  EXPECT_EQ(sent.body, "{\"offset\":0}");
  Answer(sent, page("a"));
  sent = wire_->TakeOne();
  EXPECT_EQ(sent.body, "{\"offset\":1}");
  Answer(sent, page("b"));
  ASSERT_TRUE(list->has_value() && (*list)->ok());
  ASSERT_THAT(***list, SizeIs(2));
  EXPECT_EQ((**list)->at(1).config.name, "b");
}

TEST_F(JetStreamTest, AnswersUnimplementedWhereTheServerLacksTheVerb) {
  Start();
  const auto paused =
      Begin(jetstream_->PauseConsumer("s", "c", clock_.Now() + absl::Hours(1)));
  EXPECT_EQ(**paused,
            absl::UnimplementedError("pause consumer \"c\" of stream \"s\": "
                                     "nats-server 2.9.10 cannot"));
  EXPECT_TRUE(
      absl::IsUnimplemented(**Begin(jetstream_->ResetConsumer("s", "c", 1))));
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(JetStreamTest, PausesWhereTheServerCan) {
  Start(kInfo215, "2.15.1");
  const auto paused = Begin(
      jetstream_->PauseConsumer("s", "c", absl::FromUnixSeconds(1800000000)));
  const FakeWire::Sent sent = wire_->TakeOne();
  EXPECT_EQ(sent.subject, "$JS.API.CONSUMER.PAUSE.s.c");
  EXPECT_EQ(sent.body, "{\"pause_until\":\"2027-01-15T08:00:00.000000000Z\"}");
  Answer(sent, R"({"type":"x","paused":true})");
  EXPECT_TRUE((*paused)->ok());
}

TEST_F(JetStreamTest, FlushesWhenNothingIsLeft) {
  Start();
  wire_->unsent_bytes = 1;
  const auto flushed = Begin(jetstream_->Flush(absl::Seconds(1)));
  clock_.Advance(absl::Milliseconds(10));
  EXPECT_FALSE(flushed->has_value());
  wire_->unsent_bytes = 0;
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE((*flushed)->ok());
  wire_->unsent_bytes = 1;
  const auto late = Begin(jetstream_->Flush(absl::Seconds(1)));
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(absl::IsDeadlineExceeded(**late));
}

TEST_F(JetStreamTest, EndsAFlushAtClose) {
  Start();
  wire_->unsent_bytes = 1;
  const auto flushed = Begin(jetstream_->Flush(absl::Seconds(1)));
  Close();
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_EQ((*flushed)->code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JetStreamTest, EndsOpenVerbsAtClose) {
  Start();
  const auto open = Begin(jetstream_->GetStream("shop"));
  Close();
  EXPECT_EQ(
      (*open)->status(),
      absl::UnknownError("get stream \"shop\": closed before the answer"));
}

}  // namespace
}  // namespace walnats::nats
