// How a pull ends, in the server's own words.

#include <gmock/gmock.h>

#include "tests/contract/wire_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::model::Difference;

using PullStatuses = WireContract;

INSTANTIATE_TEST_SUITE_P(, PullStatuses, ::testing::ValuesIn(WireSides()),
                         ::testing::PrintToStringParamName());

TEST_P(PullStatuses, DeliversUnderTheEventsSubjectWithAnAckSubject) {
  MakeWork();
  Mailbox& pull = Pull(R"({"batch":2,"expires":300000000})");
  Store({"a", "b"});
  ASSERT_TRUE(Until([&] { return pull.Bodies().size() == 2; }));
  const Frame& second = pull.frames[1];
  EXPECT_EQ(second.subject, "work");
  EXPECT_THAT(second.reply, ::testing::MatchesRegex(
                                R"(\$JS\.ACK\.work\.w\.1\.2\.2\.[0-9]+\.0)"));
  EXPECT_THAT(second.headers, IsEmpty());
}

TEST_P(PullStatuses, CountsInTheAckSubjectWhatIsBehind) {
  MakeWork();
  Store({"a", "b", "c"});
  EXPECT_EQ(PullOne().Token(8), "2");
  EXPECT_EQ(PullOne().Token(8), "1");
  EXPECT_EQ(PullOne().Token(8), "0");
}

TEST_P(PullStatuses, EndsAFullBatchWithoutAWord) {
  MakeWork();
  Store({"a", "b"});
  Mailbox& pull = Pull(R"({"batch":2,"expires":200000000})");
  ASSERT_TRUE(Until([&] { return pull.Bodies().size() == 2; }));
  Elapse(absl::Milliseconds(300));
  EXPECT_EQ(pull.Ends(), "");
}

TEST_P(PullStatuses, ReadsANumberAndNothingAsTheBatch) {
  MakeWork();
  Store({"a", "b", "c", "d"});
  Mailbox& three = Pull("3");
  EXPECT_TRUE(Until([&] { return three.Bodies().size() == 3; }));
  Mailbox& one = Pull("");
  ASSERT_TRUE(Until([&] { return one.Bodies().size() == 1; }));
  EXPECT_THAT(one.Bodies(), ElementsAre("d"));
}

TEST_P(PullStatuses, RefusesWhatItCannotRead) {
  MakeWork();
  Mailbox& pull = Pull("{bad");
  ASSERT_TRUE(Until([&] { return !pull.frames.empty(); }));
  EXPECT_THAT(pull.Ends(), ::testing::StartsWith("400 Bad Request"));
}

// ---- nothing there

TEST_P(PullStatuses, SaysThatThereIsNothing) {
  MakeWork();
  Mailbox& pull = Pull(R"({"batch":2,"no_wait":true})");
  ASSERT_TRUE(Until([&] { return pull.Ends() == "404 No Messages"; }))
      << pull.Ends();
  EXPECT_EQ(pull.frames.front().subject, pull.address);
  EXPECT_EQ(pull.frames.front().Header("Nats-Pending-Messages"), "");
}

TEST_P(PullStatuses, GivesWhatIsThereToWhoDoesNotWait) {
  MakeWork();
  Store({"a", "b"});
  Mailbox& pull = Pull(R"({"batch":5,"no_wait":true})");
  ASSERT_TRUE(Until([&] { return pull.Ends() != ""; }));
  EXPECT_THAT(pull.Bodies(), ElementsAre("a", "b"));
  if (Has(Difference::kNoWaitEndsEmpty)) {
    EXPECT_EQ(pull.Ends(), "404 No Messages");
    EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "");
  } else {
    EXPECT_EQ(pull.Ends(), "408 Request Timeout");
    EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "3");
  }
}

TEST_P(PullStatuses, EndsAtItsTimeAndSaysWhatItStillHad) {
  MakeWork();
  Store({"a"});
  Mailbox& pull = Pull(R"({"batch":3,"expires":300000000,"max_bytes":1000})");
  ASSERT_TRUE(Until([&] { return pull.Ends() == "408 Request Timeout"; }))
      << pull.Ends();
  EXPECT_THAT(pull.Bodies(), ElementsAre("a"));
  const Frame& end = pull.frames.back();
  EXPECT_EQ(end.Header("Nats-Pending-Messages"), "2");
  EXPECT_NE(end.Header("Nats-Pending-Bytes"), "1000");
  EXPECT_GE(end.time - pull.opened, absl::Milliseconds(300));
}

TEST_P(PullStatuses, WaitsWithNoWaitIfItHasATime) {
  MakeWork();
  Mailbox& pull = Pull(R"({"batch":3,"no_wait":true,"expires":200000000})");
  ASSERT_TRUE(Until([&] { return pull.Ends() == "408 Request Timeout"; }))
      << pull.Ends();
  EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "3");
  EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Bytes"), "0");
}

// What is there is promised to the pull that waits, if only it may take it.
TEST_P(PullStatuses, LetsNobodyOvertakeAPullThatWaits) {
  MakeWork(R"("max_ack_pending":1)");
  Store({"a", "b"});
  Mailbox& first = Pull(R"({"batch":5,"expires":5000000000})");
  ASSERT_TRUE(Until([&] { return first.Bodies().size() == 1; }));
  Mailbox& second = Pull(R"({"batch":1,"no_wait":true})");
  EXPECT_TRUE(Until([&] { return second.Ends() == "408 Requests Pending"; }))
      << second.Ends();
  EXPECT_THAT(second.Bodies(), IsEmpty());
}

// ---- bounds

TEST_P(PullStatuses, EndsAPullWhoseBytesAreUsedUp) {
  MakeWork();
  const std::string body(150, 'x');
  Store({body, body});
  Mailbox& pull = Pull(R"({"batch":5,"expires":500000000,"max_bytes":300})");
  ASSERT_TRUE(Until([&] { return pull.Ends() != ""; }));
  EXPECT_EQ(pull.Ends(), "409 Message Size Exceeds MaxBytes");
  EXPECT_EQ(pull.Bodies().size(), 1U);
  EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "4");
}

TEST_P(PullStatuses, EndsAPullThatCannotTakeASingleMessage) {
  MakeWork();
  Store({std::string(150, 'x')});
  Mailbox& pull = Pull(R"({"batch":5,"expires":500000000,"max_bytes":100})");
  ASSERT_TRUE(Until([&] { return pull.Ends() != ""; }));
  EXPECT_EQ(pull.Ends(), "409 Message Size Exceeds MaxBytes");
  EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "5");
  EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Bytes"), "100");
  EXPECT_EQ(AckPending(), 0);
}

TEST_P(PullStatuses, EndsAFullBatchThatHadBytesLeft) {
  MakeWork();
  Store({"a"});
  Mailbox& pull = Pull(R"({"batch":1,"expires":300000000,"max_bytes":1000})");
  ASSERT_TRUE(Until([&] { return pull.Bodies().size() == 1; }));
  if (Has(Difference::kBatchCompleted)) {
    ASSERT_TRUE(Until([&] { return pull.Ends() != ""; }));
    EXPECT_EQ(pull.Ends(), "409 Batch Completed");
    EXPECT_EQ(pull.frames.back().Header("Nats-Pending-Messages"), "0");
    EXPECT_NE(pull.frames.back().Header("Nats-Pending-Bytes"), "0");
  } else {
    Elapse(absl::Milliseconds(400));
    EXPECT_EQ(pull.Ends(), "");
  }
}

TEST_P(PullStatuses, RefusesMorePullsThanMayWait) {
  MakeWork(R"("max_waiting":1)");
  Mailbox& first = Pull(R"({"batch":1,"expires":300000000})");
  Mailbox& second = Pull(R"({"batch":1,"expires":300000000})");
  EXPECT_TRUE(Until([&] { return second.Ends() == "409 Exceeded MaxWaiting"; }))
      << second.Ends();
  EXPECT_TRUE(Until([&] { return first.Ends() == "408 Request Timeout"; }));
}

TEST_P(PullStatuses, RefusesOneWithHeartbeatsWithoutAWord) {
  MakeWork(R"("max_waiting":1)");
  Mailbox& first = Pull(R"({"batch":1,"expires":300000000})");
  Mailbox& second =
      Pull(R"({"batch":1,"expires":300000000,"idle_heartbeat":100000000})");
  ASSERT_TRUE(Until([&] { return first.Ends() == "408 Request Timeout"; }));
  if (Has(Difference::kQuietMaxWaiting)) {
    EXPECT_THAT(second.frames, IsEmpty());
  } else {
    EXPECT_EQ(second.Ends(), "409 Exceeded MaxWaiting");
  }
}

TEST_P(PullStatuses, RefusesMoreThanTheConsumersBatch) {
  MakeWork(R"("max_batch":2)");
  Mailbox& pull = Pull(R"({"batch":3,"expires":300000000})");
  EXPECT_TRUE(Until([&] {
    return pull.Ends() == "409 Exceeded MaxRequestBatch of 2";
  })) << pull.Ends();
}

TEST_P(PullStatuses, RefusesToWaitLongerThanTheConsumerMay) {
  MakeWork(R"("max_expires":500000000)");
  Mailbox& pull = Pull(R"({"batch":3,"expires":600000000})");
  EXPECT_TRUE(Until([&] {
    return pull.Ends() == "409 Exceeded MaxRequestExpires of 500ms";
  })) << pull.Ends();
}

TEST_P(PullStatuses, RefusesMoreBytesThanTheConsumersPulls) {
  MakeWork(R"("max_bytes":1000)");
  Mailbox& pull = Pull(R"({"batch":3,"expires":300000000,"max_bytes":1001})");
  EXPECT_TRUE(Until([&] {
    return pull.Ends() == "409 Exceeded MaxRequestMaxBytes of 1000";
  })) << pull.Ends();
}

TEST_P(PullStatuses, RefusesHeartbeatsThatAreTooSlow) {
  MakeWork();
  const char* const refusal = "400 Bad Request - heartbeat value too large";
  Mailbox& slow =
      Pull(R"({"batch":1,"expires":500000000,"idle_heartbeat":300000000})");
  Mailbox& endless = Pull(R"({"batch":1,"idle_heartbeat":100000000})");
  EXPECT_TRUE(Until([&] { return slow.Ends() == refusal; })) << slow.Ends();
  EXPECT_TRUE(Until([&] { return endless.Ends() == refusal; }));
}

// ---- gone

TEST_P(PullStatuses, EndWithTheConsumer) {
  MakeWork();
  Mailbox& one = Pull(R"({"batch":1,"expires":5000000000})");
  Mailbox& other = Pull(R"({"batch":1,"expires":5000000000})");
  AwaitPulls(2);
  EXPECT_EQ(ErrorOf(Api("CONSUMER.DELETE.work.w")), "");
  ASSERT_TRUE(Until([&] { return one.Ends() == "409 Consumer Deleted"; }));
  EXPECT_TRUE(Until([&] { return other.Ends() == "409 Consumer Deleted"; }));
  EXPECT_EQ(one.frames.back().Header("Nats-Pending-Messages"), "");
}

TEST_P(PullStatuses, EndWithTheStream) {
  MakeWork();
  Mailbox& pull = Pull(R"({"batch":1,"expires":5000000000})");
  AwaitPulls(1);
  EXPECT_EQ(ErrorOf(Api("STREAM.DELETE.work")), "");
  EXPECT_TRUE(Until([&] { return pull.Ends() == "409 Consumer Deleted"; }))
      << pull.Ends();
}

TEST_P(PullStatuses, MissTheirConsumer) {
  MakeWork();
  Mailbox& pull = Listen();
  Send("$JS.API.CONSUMER.MSG.NEXT.work.nobody", "1", pull.address);
  if (Has(Difference::kMissingConsumer503)) {
    EXPECT_TRUE(Until([&] { return !pull.frames.empty(); }));
    EXPECT_EQ(pull.Ends(), "503 ");
  } else {
    Elapse(absl::Milliseconds(300));
    EXPECT_THAT(pull.frames, IsEmpty());
  }
}

}  // namespace
}  // namespace walnats::contract
