// Pulls and acks, frame by frame.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frames/frames_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kNext[] = "$JS.API.CONSUMER.MSG.NEXT.S.c";
constexpr char kNow[] = R"({"batch":1,"no_wait":true})";

class DeliverTest : public FramesTest {
 protected:
  void Begin(const testing::model::Version& version,
             const std::string& consumer = "") {
    Start({.version = version});
    client_ = Connect();
    AddStream(*client_);
    AddConsumer(*client_, consumer);
  }
  void Emit(int count) {
    for (int i = 1; i <= count; ++i) {
      client_->AskText("s.a", Cat("m", i), {{"k", "v"}});
    }
  }
  // The only message of a pull.
  Heard PullOne() {
    const std::vector<Heard> answers = client_->Ask(kNext, kNow);
    EXPECT_EQ(answers.size(), 1U);
    return answers.empty() ? Heard() : answers.front();
  }
  uint64_t Settled() {
    return server_->model().GetConsumer("S", "c")->ack_floor_stream_sequence;
  }

  std::unique_ptr<Client> client_;
};

TEST_F(DeliverTest, APulledMessageHasItsSubjectAndAnAckSubject) {
  Begin(testing::model::kNewest);
  Emit(3);
  const std::vector<Heard> answers =
      client_->Ask(kNext, R"({"batch":2,"no_wait":true})");
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].subject, "s.a");
  EXPECT_EQ(answers[0].body, "m1");
  EXPECT_EQ(answers[0].header("k"), "v");
  EXPECT_EQ(answers[0].reply, "$JS.ACK.S.c.1.1.1.1000000000000000000.2");
  EXPECT_EQ(answers[1].reply, "$JS.ACK.S.c.1.2.2.1000000000000000000.1");
}

TEST_F(DeliverTest, EachBodyOfAnAckMeansWhatRealServersMake) {
  enum Fate { kSettled, kBackAtOnce, kBackLater, kIgnored };
  struct Case {
    std::string body;
    Fate newest;
    Fate oldest;
  };
  const Case cases[] = {
      {"+ACK", kSettled, kSettled},
      {"", kSettled, kSettled},
      {"+OK", kSettled, kSettled},
      {"+TERM", kSettled, kSettled},
      {"+TERM why", kSettled, kIgnored},
      {"-NAK", kBackAtOnce, kBackAtOnce},
      {R"(-NAK {"delay":300000000})", kBackLater, kBackLater},
      {"-NAK 300ms", kBackLater, kBackLater},
      {R"(-NAK {"delay":"300ms"})", kBackAtOnce, kBackAtOnce},
      {"-NAK 300000000", kBackAtOnce, kBackAtOnce},
      {"-NAK {bad", kBackAtOnce, kBackAtOnce},
      {"+term", kIgnored, kIgnored},
      {"garbage", kIgnored, kIgnored},
  };
  for (const auto& version : kBoth) {
    for (const Case& one : cases) {
      const Fate fate =
          version == testing::model::kNewest ? one.newest : one.oldest;
      SCOPED_TRACE(Cat(one.body, " on ", testing::model::ToString(version)));
      client_.reset();
      Begin(version);
      Emit(1);
      const Heard delivery = PullOne();
      // A reply proves nothing: what is ignored is answered too.
      EXPECT_EQ(client_->AskText(delivery.reply, one.body), "");
      EXPECT_EQ(Settled(), fate == kSettled ? 1U : 0U);
      const bool back = PullOne().body == "m1";
      EXPECT_EQ(back, fate == kBackAtOnce);
      if (fate == kSettled || back) continue;
      clock_.Advance(absl::Milliseconds(300));
      EXPECT_EQ(PullOne().body == "m1", fate == kBackLater);
    }
  }
}

TEST_F(DeliverTest, InProgressStartsAckWaitAnew) {
  Begin(testing::model::kNewest);
  Emit(1);
  const Heard delivery = PullOne();
  clock_.Advance(absl::Milliseconds(900));
  EXPECT_EQ(client_->AskText(delivery.reply, "+WPI"), "");
  clock_.Advance(absl::Milliseconds(900));
  EXPECT_EQ(PullOne().status(), "404 No Messages");
  clock_.Advance(absl::Milliseconds(100));
  EXPECT_THAT(PullOne().reply, StartsWith("$JS.ACK.S.c.2.1.2."));
}

TEST_F(DeliverTest, NextAcksAndPulls) {
  Begin(testing::model::kNewest);
  Emit(4);
  const Heard first = PullOne();
  const std::vector<Heard> more =
      client_->Ask(first.reply, R"(+NXT {"batch":2,"no_wait":true})");
  ASSERT_EQ(more.size(), 2U);
  EXPECT_EQ(more[1].body, "m3");
  EXPECT_EQ(Settled(), 1U);
  EXPECT_EQ(client_->AskText(more[0].reply, "+NXT"), "m4");
}

TEST_F(DeliverTest, AcksOfWhatThereIsNotAreAnsweredAsRecorded) {
  for (const auto& version : kBoth) {
    client_.reset();
    Begin(version);
    const auto ask = [this](const std::string& subject) {
      return client_->AskText(subject, "+ACK");
    };
    EXPECT_EQ(ask("$JS.ACK.S.c.1.1.1.1.1"), "");
    EXPECT_EQ(ask("$JS.ACK.S.nope.1.1.1.1.1"), "(503)");
    EXPECT_EQ(ask("$JS.ACK.S.c.1"), "(503)");
    EXPECT_EQ(ask("$JS.ACK.S.c.1.1.1.1.1.7"), "(503)");
  }
}

TEST_F(DeliverTest, EachFormOfAPullIsRead) {
  Begin(testing::model::kNewest);
  Emit(6);
  EXPECT_EQ(client_->AskText(kNext, ""), "m1");
  EXPECT_EQ(client_->AskText(kNext, "1"), "m2");
  EXPECT_EQ(client_->AskText(kNext, "foo"), "m3");
  EXPECT_EQ(client_->AskText(kNext, "-1"), "m4");
  EXPECT_EQ(client_->AskText(kNext, R"({"batch":0,"no_wait":true})"), "m5");
  EXPECT_THAT(client_->AskText(kNext, "{bad"),
              StartsWith("(400 Bad Request - "));
  EXPECT_EQ(client_->Ask(kNext, "2").size(), 1U);
}

TEST_F(DeliverTest, StatusesSayWhatIsLeft) {
  Begin(testing::model::kNewest);
  Emit(1);
  client_->Ask(kNext, R"({"batch":5,"expires":100000000})");
  clock_.Advance(absl::Milliseconds(100));
  ASSERT_EQ(client_->heard.size(), 1U);
  const Heard& status = client_->heard.front();
  EXPECT_EQ(status.status(), "408 Request Timeout");
  EXPECT_EQ(status.header("Nats-Pending-Messages"), "4");
  EXPECT_EQ(status.header("Nats-Pending-Bytes"), "0");
  EXPECT_EQ(status.body, "");
  EXPECT_THAT(status.subject, StartsWith(client_->wire().inbox()));
}

TEST_F(DeliverTest, HeartbeatsSayHowFarTheConsumerHasCome) {
  Begin(testing::model::kNewest);
  Emit(2);
  client_->Ask(kNext, "2");
  client_->Ask(kNext, "2");
  client_->Ask(kNext,
               R"({"batch":1,"expires":500000000,"idle_heartbeat":200000000})");
  clock_.Advance(absl::Milliseconds(200));
  ASSERT_EQ(client_->heard.size(), 1U);
  EXPECT_EQ(client_->heard[0].status(), "100 Idle Heartbeat");
  EXPECT_EQ(client_->heard[0].header("Nats-Last-Consumer"), "2");
  EXPECT_EQ(client_->heard[0].header("Nats-Last-Stream"), "2");
}

TEST_F(DeliverTest, AMissingConsumerIsSilenceOrNobody) {
  for (const auto& version : kBoth) {
    client_.reset();
    Begin(version);
    const std::string expected =
        version == testing::model::kNewest ? "(503)" : "(silence)";
    for (const std::string names : {"S.nope", "NOPE.c"}) {
      EXPECT_EQ(client_->AskText(Cat("$JS.API.CONSUMER.MSG.NEXT.", names), "1"),
                expected)
          << names;
    }
  }
}

TEST_F(DeliverTest, APullWhoseInboxNobodyHearsTakesNothing) {
  Begin(testing::model::kNewest);
  Emit(1);
  EXPECT_TRUE(client_->Publish(kNext, kNow, {}, "_INBOX.nobody.1").ok());
  clock_.Poll();
  EXPECT_THAT(PullOne().reply, StartsWith("$JS.ACK.S.c.1.1."));
}

TEST_F(DeliverTest, TheEndOfInterestEndsThePullsThatMatch) {
  Begin(testing::model::kNewest);
  Listener listener;
  auto interest =
      client_->wire().Subscribe(client_->Inbox("s.*"), "", listener);
  const auto pull = [this](const std::string& token) {
    EXPECT_TRUE(client_
                    ->Publish(kNext, R"({"batch":9,"expires":9000000000})", {},
                              client_->Inbox(token))
                    .ok());
    clock_.Poll();
  };
  pull("s.1");
  (*interest)->Stop();
  clock_.Poll();
  Emit(1);
  EXPECT_THAT(listener.heard, IsEmpty());
  pull("own");
  clock_.Poll();
  ASSERT_EQ(client_->heard.size(), 1U);
  EXPECT_THAT(client_->heard[0].reply, StartsWith("$JS.ACK.S.c.1.1."));
}

TEST_F(DeliverTest, AdvisoriesAreMessagesThatAStreamCanKeep) {
  Begin(testing::model::kNewest);
  client_->AskText("$JS.API.STREAM.CREATE.ADVICE",
                   R"({"name":"ADVICE","subjects":["$JS.EVENT.ADVISORY.)"
                   R"(CONSUMER.MSG_TERMINATED.>"]})");
  Listener listener;
  const auto interest = client_->wire().Subscribe(
      "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>", "", listener);
  Emit(1);
  client_->AskText(PullOne().reply, "+TERM because");
  ASSERT_EQ(listener.heard.size(), 1U);
  EXPECT_EQ(listener.heard[0].subject,
            "$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.S.c");
  EXPECT_THAT(listener.heard[0].body, ::testing::HasSubstr("because"));
  EXPECT_EQ(server_->model().GetStream("ADVICE")->messages, 1U);
}

}  // namespace
}  // namespace walnats::nats
