// What a consumer does with each body that is sent to an ack subject.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/contract/wire_fixture.h"
#include "walnats/base/strings.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::model::Difference;

// Waits longer than any of the delays here.
constexpr char kMany[] = R"({"batch":100,"expires":5000000000})";

class Settlements : public WireContract {
 protected:
  // `body` settles the only message, which has come again when this returns.
  Mailbox& Return(std::string_view body, std::string_view ack_wait) {
    MakeWork(absl::StrCat("\"ack_wait\":", ToAbsl(ack_wait)));
    Store({"a"});
    Mailbox& pull = Pull(kMany);
    EXPECT_TRUE(Until([&] { return pull.frames.size() == 1; }));
    if (pull.frames.empty()) return pull;
    Send(pull.frames[0].reply, body);
    EXPECT_TRUE(Until([&] { return pull.frames.size() == 2; }));
    EXPECT_EQ(pull.Counts(), "1 2");
    return pull;
  }
  // `body` hands it back: nothing else would for a minute.
  void ExpectReturnsAtOnce(std::string_view body) {
    Return(body, "60000000000");
  }
  void ExpectReturnsAfter(absl::Duration delay, std::string_view body,
                          std::string_view ack_wait = "60000000000") {
    const Mailbox& pull = Return(body, ack_wait);
    EXPECT_GE(pull.frames.back().time - pull.frames.front().time, delay);
  }
  // `body` is taken for none that the server knows: the message comes again
  // after ack_wait only, and nothing is settled.
  void ExpectIgnored(std::string_view body) {
    const Mailbox& pull = Return(body, "600000000");
    EXPECT_GE(pull.frames.back().time - pull.opened, absl::Milliseconds(600));
    EXPECT_EQ(AckPending(), 1);
    EXPECT_EQ(AckFloor(), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(, Settlements, ::testing::ValuesIn(WireSides()),
                         ::testing::PrintToStringParamName());

// ---- ack

TEST_P(Settlements, AckSettlesForGood) {
  MakeWork(R"("ack_wait":500000000)");
  Store({"a"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 1; }));
  Send(pull.frames[0].reply, "+ACK");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  EXPECT_EQ(AckFloor(), 1);
  Elapse(absl::Milliseconds(600));
  EXPECT_THAT(pull.frames, SizeIs(1));
}

TEST_P(Settlements, NothingIsAnAckToo) {
  MakeWork();
  Store({"a"});
  Send(PullOne().reply, "");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  EXPECT_EQ(AckFloor(), 1);
}

// The answer proves that the server has got the ack, not that it mattered.
TEST_P(Settlements, AckWithAReplyIsAnsweredEachTime) {
  MakeWork();
  Store({"a"});
  const Frame message = PullOne();
  for (int i = 0; i < 2; ++i) {
    const Frame answer = Ask(message.reply, "+ACK");
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.Status(), "");
    EXPECT_EQ(AckPending(), 0);
  }
}

TEST_P(Settlements, AckOfAnOldDeliveryAcksTheNewest) {
  MakeWork();
  Store({"a"});
  const Frame first = PullOne();
  Send(first.reply, "-NAK");
  EXPECT_EQ(PullOne().Token(4), "2");
  Send(first.reply, "+ACK");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  EXPECT_EQ(AckFloor(), 1);
}

TEST_P(Settlements, AckMovesTheFloorOverWhatIsSettledOnly) {
  MakeWork();
  Store({"a", "b", "c"});
  const Frame a = PullOne();
  const Frame b = PullOne();
  const Frame c = PullOne();
  Send(c.reply, "+ACK");
  EXPECT_TRUE(Until([&] { return AckPending() == 2; }));
  EXPECT_EQ(AckFloor(), 0);
  Send(a.reply, "+ACK");
  EXPECT_TRUE(Until([&] { return AckPending() == 1; }));
  EXPECT_EQ(AckFloor(), 1);
  Send(b.reply, "+ACK");
  EXPECT_TRUE(Until([&] { return AckFloor() == 3; }));
}

TEST_P(Settlements, CumulativeAckSettlesWhatIsBefore) {
  MakeWork(R"("ack_policy":"all")");
  Store({"a", "b", "c", "d"});
  Frame third;
  for (int i = 0; i < 3; ++i) third = PullOne();
  Send(third.reply, "+ACK");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  EXPECT_EQ(AckFloor(), 3);
}

TEST_P(Settlements, CumulativeTermSettlesWhatIsBefore) {
  MakeWork(R"("ack_policy":"all")");
  Store({"a", "b", "c"});
  Frame third;
  for (int i = 0; i < 3; ++i) third = PullOne();
  Send(third.reply, "+TERM");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  EXPECT_EQ(AckFloor(), 3);
}

// ---- nak

TEST_P(Settlements, NakReturnsAtOnce) { ExpectReturnsAtOnce("-NAK"); }

TEST_P(Settlements, NakWaitsForItsDelay) {
  ExpectReturnsAfter(absl::Milliseconds(300), R"(-NAK {"delay":300000000})");
}

TEST_P(Settlements, NakReadsADelayAsText) {
  ExpectReturnsAfter(absl::Milliseconds(300), "-NAK 300ms");
}

TEST_P(Settlements, NakDelaysLongerThanAckWait) {
  ExpectReturnsAfter(absl::Milliseconds(800), R"(-NAK {"delay":800000000})",
                     "400000000");
}

TEST_P(Settlements, NakReturnsAtOnceIfItsDelayIsText) {
  ExpectReturnsAtOnce(R"(-NAK {"delay":"30s"})");
}

TEST_P(Settlements, NakReturnsAtOnceIfItsDelayHasNoUnit) {
  ExpectReturnsAtOnce("-NAK 30000000000");
}

TEST_P(Settlements, NakReturnsAtOnceIfItsDelayIsBroken) {
  ExpectReturnsAtOnce("-NAK {bad");
}

TEST_P(Settlements, NakHoldsItsPlaceWhileItWaits) {
  MakeWork(R"("max_ack_pending":1)");
  Store({"a", "b"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 1; }));
  Send(pull.frames[0].reply, R"(-NAK {"delay":200000000})");
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 2; }));
  EXPECT_THAT(pull.Bodies(), ElementsAre("a", "a"));
}

TEST_P(Settlements, NakOfWhatIsAckedChangesNothing) {
  MakeWork();
  Store({"a"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 1; }));
  Send(pull.frames[0].reply, "+ACK");
  Send(pull.frames[0].reply, "-NAK");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  Elapse(absl::Milliseconds(100));
  EXPECT_THAT(pull.frames, SizeIs(1));
}

// ---- term

TEST_P(Settlements, TermSettlesForGood) {
  MakeWork(R"("ack_wait":500000000)");
  Store({"a"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 1; }));
  Send(pull.frames[0].reply, "+TERM");
  EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  EXPECT_EQ(AckFloor(), 1);
  Elapse(absl::Milliseconds(600));
  EXPECT_THAT(pull.frames, SizeIs(1));
}

TEST_P(Settlements, TermWithAReasonNeedsAServerThatReadsIt) {
  constexpr char kReason[] = "+TERM no such order";
  MakeWork(R"("ack_wait":300000000)");
  Store({"a"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 1; }));
  EXPECT_EQ(Ask(pull.frames[0].reply, kReason).body, "");
  if (Has(Difference::kTermReason)) {
    EXPECT_TRUE(Until([&] { return AckPending() == 0; }));
  } else {
    EXPECT_EQ(AckPending(), 1);
    EXPECT_TRUE(Until([&] { return pull.frames.size() == 2; }));
    EXPECT_EQ(pull.Counts(), "1 2");
  }
}

// ---- what is no settlement

TEST_P(Settlements, LowerCaseIsIgnored) { ExpectIgnored("+term"); }
TEST_P(Settlements, GarbageIsIgnored) { ExpectIgnored("garbage"); }

// ---- time

TEST_P(Settlements, SilenceReturnsAfterAckWait) {
  MakeWork(R"("ack_wait":300000000)");
  Store({"a"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 3; }));
  EXPECT_EQ(pull.Counts(), "1 2 3");
  EXPECT_GE(pull.frames[1].time - pull.opened, absl::Milliseconds(300));
  EXPECT_GE(pull.frames[2].time - pull.opened, absl::Milliseconds(600));
}

TEST_P(Settlements, InProgressBeginsAckWaitAnew) {
  MakeWork(R"("ack_wait":700000000)");
  Store({"a"});
  Mailbox& pull = Pull(kMany);
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 1; }));
  Elapse(absl::Milliseconds(300));
  EXPECT_EQ(Ask(pull.frames[0].reply, "+WPI").body, "");
  ASSERT_TRUE(Until([&] { return pull.frames.size() == 2; }));
  EXPECT_GE(pull.frames[1].time - pull.frames[0].time, absl::Milliseconds(950));
}

// ---- next

TEST_P(Settlements, NextAcksAndPulls) {
  MakeWork();
  Store({"a", "b", "c"});
  Mailbox& next = Listen();
  Send(PullOne().reply, "+NXT", next.address);
  ASSERT_TRUE(Until([&] { return next.frames.size() == 1; }));
  EXPECT_THAT(next.Bodies(), ElementsAre("b"));
  EXPECT_EQ(AckFloor(), 1);
}

TEST_P(Settlements, NextPullsAsItIsTold) {
  MakeWork();
  Store({"a", "b", "c"});
  Mailbox& next = Listen();
  Send(PullOne().reply, R"(+NXT {"batch":2})", next.address);
  ASSERT_TRUE(Until([&] { return next.frames.size() == 2; }));
  EXPECT_THAT(next.Bodies(), ElementsAre("b", "c"));
  Mailbox& none = Listen();
  Send(next.frames[1].reply, R"(+NXT {"batch":1,"no_wait":true})",
       none.address);
  EXPECT_TRUE(Until([&] { return none.Ends() == "404 No Messages"; }));
  EXPECT_THAT(none.Bodies(), IsEmpty());
}

}  // namespace
}  // namespace walnats::contract
