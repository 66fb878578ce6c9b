#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/jetstream_model/consumer_fixture.h"

namespace walnats::testing::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ConsumerRedeliveryTest : public ConsumerFixture {};
class ConsumerRedeliveryOldTest : public OldConsumerFixture {};

TEST_F(ConsumerRedeliveryTest, ComesAfterAckWaitBySequence) {
  StoreMany(3);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 3});
  Nak(2);
  Out();
  Pull({});
  EXPECT_THAT(Out(), ElementsAre("in: 2 x2 +0"));
  Elapse(absl::Seconds(10));
  Pull({.batch = 9});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +0", "in: 2 x3 +0", "in: 3 x2 +0"));
}

TEST_F(ConsumerRedeliveryTest, ComesBeforeNewMessagesAndPastMaxAckPending) {
  StoreMany(3);
  Start({.ack_wait = absl::Seconds(10), .max_ack_pending = 2});
  Pull({.batch = 9});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +2", "in: 2 x1 +1"));
  Elapse(absl::Seconds(10));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +1", "in: 2 x2 +1"));
  Ack(2);
  EXPECT_THAT(Out(), ElementsAre("in: 3 x1 +0"));
}

TEST_F(ConsumerRedeliveryTest, KeepsItsOrderWhileNobodyPulls) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 2});
  Out();
  Elapse(absl::Seconds(35));
  EXPECT_EQ(consumer().next(), absl::InfiniteFuture());
  Pull({.batch = 2});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +0", "in: 2 x2 +0"));
}

TEST_F(ConsumerRedeliveryTest, HappensInTheOrderOfTime) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({});
  Elapse(absl::Seconds(1));
  Pull({});
  Pull({.batch = 2, .expires = absl::Milliseconds(9500)});
  Out();
  // One call passes the first ack_wait, the expiry and the second ack_wait.
  Elapse(absl::Seconds(60));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +0", "in: 408 Request Timeout 1/0"));
}

TEST_F(ConsumerRedeliveryTest, AWaitThatIsCutShortIsOverAtOnce) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(30)});
  Pull({.batch = 2});
  Elapse(absl::Seconds(5));
  Out();
  transport::ConsumerConfig config = consumer().config();
  config.ack_wait = absl::Seconds(5);
  ASSERT_TRUE(consumer().Update(config, now_).ok());
  EXPECT_THAT(Out(), ElementsAre("in: 1 x2 +0"));
}

TEST_F(ConsumerRedeliveryOldTest, WithoutRoomRepeatsTheNewestMessage) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 2});
  Nak(1);
  Nak(2);
  Pull({.max_bytes = 10});
  Out();
  EXPECT_EQ(Info().pending, 1);
  EXPECT_EQ(Info().redelivered, 1);
  Pull({.batch = 2});
  EXPECT_THAT(Out(), ElementsAre("in: 2 x2 +1", "in: 2 x1 +0"));
  Elapse(absl::Seconds(10));
  Pull({});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x3 +0"));
}

TEST_F(ConsumerRedeliveryTest, OfARemovedMessageNeverComes) {
  StoreMany(3);
  Start();
  Pull({.batch = 3});
  Nak(1);
  Out();
  Remove(1);
  EXPECT_THAT(Out(), ElementsAre("MSG_TERMINATED"));
  EXPECT_THAT(advisories().back(),
              HasSubstr("Unacknowledged message was deleted"));
  EXPECT_EQ(Info().ack_floor_stream_sequence, 1);
  Remove(3);
  EXPECT_EQ(Info().ack_pending, 1);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 1);
  Out();
  Pull({});
  EXPECT_THAT(Out(), IsEmpty());
}

TEST_F(ConsumerRedeliveryOldTest, OfARemovedMessageGivesNoReason) {
  StoreMany(1);
  Start();
  Pull({});
  Remove(1);
  EXPECT_THAT(advisories().back(), Not(HasSubstr("reason")));
}

TEST_F(ConsumerRedeliveryTest, OutlivesAPurgeBelow) {
  StoreMany(5);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 4});
  Nak(4);
  Out();
  PurgeBelow(3);
  EXPECT_EQ(Info().ack_pending, 2);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 2);
  // What was to come at once waits for its ack_wait again.
  Pull({.batch = 9});
  EXPECT_THAT(Out(), ElementsAre("in: 5 x1 +0"));
  Elapse(absl::Seconds(10));
  EXPECT_THAT(Out(), ElementsAre("in: 3 x2 +0", "in: 4 x2 +0", "in: 5 x2 +0"));
  PurgeBelow(6);
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_EQ(Info().redelivered, 0);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 5);
}

TEST_F(ConsumerRedeliveryOldTest, EndsWithAPurgeBelow) {
  StoreMany(5);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 4});
  PurgeBelow(3);
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_EQ(Info().ack_floor_stream_sequence, 2);
  Out();
  Elapse(absl::Minutes(1));
  Pull({.batch = 9});
  EXPECT_THAT(Out(), ElementsAre("in: 5 x1 +0"));
}

struct SubjectPurgeCase {
  const char* name;
  Version version;
  std::vector<std::string> filters;
  uint64_t below;
  // Afterwards.
  uint64_t delivered;
  uint64_t floor;
  int64_t ack_pending;
  uint64_t pending;
};

class ConsumerSubjectPurgeTest
    : public ConsumerFixture,
      public ::testing::WithParamInterface<SubjectPurgeCase> {
 protected:
  ConsumerSubjectPurgeTest() : ConsumerFixture(GetParam().version) {}
};

// Measured on 2.9.10 and 2.15.1.
TEST_P(ConsumerSubjectPurgeTest, MovesWhatItConcerns) {
  Start({.filter_subjects = GetParam().filters});
  for (int i = 0; i < 3; ++i) {
    Store("s");
    Store("t");
  }
  Pull({.batch = 4});
  Out();
  PurgeSubject("s", GetParam().below);
  EXPECT_THAT(Out(), IsEmpty());
  EXPECT_EQ(Info().delivered_stream_sequence, GetParam().delivered);
  EXPECT_EQ(Info().ack_floor_stream_sequence, GetParam().floor);
  EXPECT_EQ(Info().ack_pending, GetParam().ack_pending);
  EXPECT_EQ(Info().pending, GetParam().pending);
}

const SubjectPurgeCase kSubjectPurges[] = {
    {"All", kNewest, {}, 9, 4, 1, 2, 1},
    {"Same", kNewest, {"s"}, 9, 6, 6, 0, 0},
    {"Other", kNewest, {"t"}, 9, 6, 0, 3, 0},
    {"SameUpToTheLast", kNewest, {"s"}, 5, 6, 4, 1, 0},
    {"OldAll", kOldest, {}, 9, 6, 6, 0, 0},
    {"OldSame", kOldest, {"s"}, 9, 6, 6, 0, 0},
    {"OldOther", kOldest, {"t"}, 9, 6, 0, 3, 0},
    {"OldSameUpToTheLast", kOldest, {"s"}, 5, 6, 4, 0, 0},
};

INSTANTIATE_TEST_SUITE_P(All, ConsumerSubjectPurgeTest,
                         ::testing::ValuesIn(kSubjectPurges),
                         [](const auto& param) {
                           return std::string(param.param.name);
                         });

TEST_F(ConsumerRedeliveryTest, OutlivesARestart) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({.batch = 2});
  Pull({});
  Nak(1);
  Nak(1);
  Elapse(absl::Seconds(1));
  consumer().OnRestart();
  Out();
  EXPECT_EQ(Info().waiting, 0);
  Pull({.batch = 9});
  EXPECT_THAT(Out(), IsEmpty());
  Elapse(absl::Seconds(9));
  EXPECT_THAT(Out(), ElementsAre("in: 1 x3 +0", "in: 2 x2 +0"));
}

class ConsumerPauseTest : public ConsumerFixture {};

TEST_F(ConsumerPauseTest, HoldsDeliveriesBackWhileAckWaitRuns) {
  StoreMany(2);
  Start({.ack_wait = absl::Seconds(10)});
  Pull({});
  Out();
  consumer().Pause(now_ + absl::Seconds(20), now_);
  EXPECT_TRUE(Info().paused);
  Pull({.batch = 2});
  Elapse(absl::Seconds(20) - absl::Nanoseconds(1));
  EXPECT_THAT(Out(), ElementsAre("PAUSE"));
  Elapse(absl::Nanoseconds(1));
  EXPECT_THAT(Out(), ElementsAre("PAUSE", "in: 1 x2 +1", "in: 2 x1 +0"));
  EXPECT_FALSE(Info().paused);
}

TEST_F(ConsumerPauseTest, EndsByATimeThatHasPassed) {
  StoreMany(1);
  Start();
  consumer().Pause(now_ + absl::Seconds(20), now_);
  Pull({});
  consumer().Pause(absl::InfinitePast(), now_);
  EXPECT_THAT(Out(), ElementsAre("PAUSE", "PAUSE", "in: 1 x1 +0"));
  EXPECT_THAT(
      advisories().back(),
      HasSubstr(R"("paused":false,"pause_until":"0001-01-01T00:00:00Z")"));
  consumer().Pause(absl::InfinitePast(), now_);
  EXPECT_THAT(Out(), IsEmpty());
}

TEST_F(ConsumerPauseTest, AnswersNoWaitAsIfThereWasNothing) {
  StoreMany(1);
  Start();
  consumer().Pause(now_ + absl::Seconds(20), now_);
  Out();
  Pull({.no_wait = true});
  EXPECT_THAT(Out(), ElementsAre("in: 404 No Messages"));
}

class ConsumerInactivityTest : public ConsumerFixture {};
class ConsumerInactivityOldTest : public OldConsumerFixture {};

TEST_F(ConsumerInactivityTest, ADurableStays) {
  Start();
  Elapse(absl::Hours(24));
  EXPECT_FALSE(consumer().expired(now_));
}

TEST_F(ConsumerInactivityTest, AnEphemeralGoesAfterFiveSeconds) {
  Start({.durable = false});
  EXPECT_EQ(Info().config.inactive_threshold, absl::Seconds(5));
  Elapse(absl::Seconds(4));
  Pull({.expires = absl::Seconds(7)});
  // The pull is there at 9 s and gone at 14 s, when the server looks again.
  Elapse(absl::Seconds(10) - absl::Nanoseconds(1));
  EXPECT_FALSE(consumer().expired(now_));
  Elapse(absl::Nanoseconds(1));
  EXPECT_TRUE(consumer().expired(now_));
}

TEST_F(ConsumerInactivityTest, WaitsForAcksAndThenTheThreshold) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(2), .inactive_threshold = absl::Seconds(1)});
  Pull({});
  Elapse(absl::Seconds(5) - absl::Nanoseconds(1));
  EXPECT_FALSE(consumer().expired(now_));
  Elapse(absl::Nanoseconds(1));
  EXPECT_TRUE(consumer().expired(now_));
}

TEST_F(ConsumerInactivityOldTest, DoesNotWaitForAcks) {
  StoreMany(1);
  Start({.ack_wait = absl::Seconds(2), .inactive_threshold = absl::Seconds(1)});
  Pull({});
  Elapse(absl::Seconds(1));
  EXPECT_TRUE(consumer().expired(now_));
}

}  // namespace
}  // namespace walnats::testing::model
