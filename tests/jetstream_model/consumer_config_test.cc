#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/jetstream_model/consumer_fixture.h"
#include "walnats/testing/jetstream_model/consumer_start.h"

namespace walnats::testing::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::AckPolicy;
using transport::ConsumerConfig;
using transport::DeliverPolicy;

struct StartCase {
  const char* name;
  ConsumerConfig config;
  uint64_t expected;
  uint64_t expected_old;
};

class ConsumerStartTest : public ::testing::TestWithParam<StartCase> {
 protected:
  // 3 to 6 of "s", "t", "s", "u"; one second apart.
  ConsumerStartTest() {
    store_.Compact(3);
    const char* const subjects[] = {"s", "t", "s", "u"};
    for (const char* subject : subjects) {
      transport::StoredMessage message;
      message.subject = subject;
      message.time = absl::FromUnixSeconds(store_.last() + 1);
      store_.Append(std::move(message));
    }
  }

  MessageStore store_;
};

TEST_P(ConsumerStartTest, IsWhereThePolicySays) {
  EXPECT_EQ(StartOf(GetParam().config, store_, kNewest), GetParam().expected);
  EXPECT_EQ(StartOf(GetParam().config, store_, kOldest),
            GetParam().expected_old);
}

const StartCase kStarts[] = {
    {"All", {.deliver = DeliverPolicy::kAll}, 3, 3},
    {"New", {.deliver = DeliverPolicy::kNew}, 7, 7},
    {"Last", {.deliver = DeliverPolicy::kLast}, 6, 6},
    {"LastOfAFilter",
     {.filter_subjects = {"s"}, .deliver = DeliverPolicy::kLast},
     5,
     5},
    {"LastOfNothing",
     {.filter_subjects = {"x"}, .deliver = DeliverPolicy::kLast},
     3,
     3},
    {"LastPerSubject", {.deliver = DeliverPolicy::kLastPerSubject}, 4, 4},
    {"Sequence",
     {.deliver = DeliverPolicy::kBySequence, .start_sequence = 5},
     5,
     5},
    {"SequenceBelow",
     {.deliver = DeliverPolicy::kBySequence, .start_sequence = 1},
     3,
     3},
    {"SequenceAbove",
     {.deliver = DeliverPolicy::kBySequence, .start_sequence = 9},
     9,
     7},
    {"Time",
     {.deliver = DeliverPolicy::kByTime,
      .start_time = absl::FromUnixMillis(4500)},
     5,
     5},
    {"TimeAbove",
     {.deliver = DeliverPolicy::kByTime,
      .start_time = absl::FromUnixSeconds(99)},
     7,
     7},
};

INSTANTIATE_TEST_SUITE_P(All, ConsumerStartTest, ::testing::ValuesIn(kStarts),
                         [](const auto& param) {
                           return std::string(param.param.name);
                         });

class ConsumerConfigTest : public ConsumerFixture {
 protected:
  // The refusal, or nothing.
  std::string Update(ConsumerConfig config) {
    config.name = "c";
    const Answer<Done> answer = consumer().Update(config, now_);
    if (answer.ok()) return "";
    EXPECT_EQ(answer.refusal().http_code, 500);
    EXPECT_EQ(answer.refusal().code, 10012);
    return answer.refusal().description;
  }
};
class ConsumerConfigOldTest : public ConsumerConfigTest {
 protected:
  ConsumerConfigOldTest() { version_ = kOldest; }
};

TEST_F(ConsumerConfigTest, AnEmptyStreamBeginsAtOne) {
  Start({.deliver = DeliverPolicy::kLast});
  Pull({});
  Store("s");
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +0"));
}

TEST_F(ConsumerConfigTest, LastPerSubjectThenEverything) {
  Store("a");
  Store("b");
  Store("a");
  Store("c");
  Start({.deliver = DeliverPolicy::kLastPerSubject});
  EXPECT_EQ(Info().pending, 3);
  Store("b");
  Store("b");
  EXPECT_EQ(Info().pending, 5);
  Remove(4);
  Pull({.batch = 9});
  EXPECT_THAT(Out(), ElementsAre("in: 2 x1 +3", "in: 3 x1 +2", "in: 5 x1 +1",
                                 "in: 6 x1 +0"));
}

TEST_F(ConsumerConfigTest, SeveralFilters) {
  Store("a");
  Store("b");
  Store("c.1");
  Start({.filter_subjects = {"a", "c.*"}});
  Pull({.batch = 9});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +1", "in: 3 x1 +0"));
}

TEST_F(ConsumerConfigTest, HeadersOnlyTellsTheSize) {
  Start({.headers_only = true});
  Pull({.max_bytes = 100});
  Store("s", "hello");
  EXPECT_THAT(Out(),
              ElementsAre("in: 1 x1 +0", "in: 409 Batch Completed 0/30"));
  EXPECT_EQ(last_message()->body, "");
  ASSERT_EQ(last_message()->headers.size(), 1);
  EXPECT_EQ(last_message()->headers[0].name, "Nats-Msg-Size");
  EXPECT_EQ(last_message()->headers[0].value, "5");
  EXPECT_EQ(store_.Find(1)->body, "hello");
}

TEST_F(ConsumerConfigTest, SomeFieldsNeverChange) {
  Start();
  EXPECT_EQ(Update({.deliver = DeliverPolicy::kNew}),
            "deliver policy can not be updated");
  EXPECT_EQ(Update({.ack = AckPolicy::kNone}), "ack policy can not be updated");
  EXPECT_EQ(Update({.memory_storage = true}),
            "storage type can not be updated");
  EXPECT_EQ(Update({.description = "new"}), "");
  EXPECT_EQ(Info().config.description, "new");
}

TEST_F(ConsumerConfigTest, AStartNeverChanges) {
  Start({.deliver = DeliverPolicy::kBySequence, .start_sequence = 1});
  EXPECT_EQ(
      Update({.deliver = DeliverPolicy::kBySequence, .start_sequence = 2}),
      "start sequence can not be updated");
  Start({.deliver = DeliverPolicy::kByTime, .start_time = now_});
  EXPECT_EQ(Update({.description = "new",
                    .deliver = DeliverPolicy::kByTime,
                    .start_time = now_}),
            "");
  EXPECT_EQ(Update({.deliver = DeliverPolicy::kByTime,
                    .start_time = now_ + absl::Seconds(1)}),
            "start time can not be updated");
}

TEST_F(ConsumerConfigOldTest, ByTimeNothingChanges) {
  Start({.deliver = DeliverPolicy::kByTime, .start_time = now_});
  EXPECT_EQ(Update({.deliver = DeliverPolicy::kByTime, .start_time = now_}),
            "");
  EXPECT_EQ(Update({.description = "new",
                    .deliver = DeliverPolicy::kByTime,
                    .start_time = now_}),
            "start time can not be updated");
}

TEST_F(ConsumerConfigTest, AHigherMaxAckPendingIsUsedAtOnce) {
  StoreMany(2);
  Start({.max_ack_pending = 1});
  Pull({.batch = 2});
  EXPECT_THAT(Out(), ElementsAre("in: 1 x1 +1"));
  EXPECT_EQ(Update({.max_ack_pending = 2}), "");
  EXPECT_THAT(Out(), ElementsAre("in: 2 x1 +0"));
}

TEST_F(ConsumerConfigTest, ResetGoesBackToTheFloor) {
  StoreMany(4);
  Start();
  Pull({.batch = 4});
  Out();
  Ack(1);
  ASSERT_TRUE(consumer().Reset(0, now_).ok());
  EXPECT_EQ(Info().ack_pending, 0);
  EXPECT_EQ(Info().pending, 3);
  EXPECT_EQ(Info().delivered_stream_sequence, 1);
  Pull({});
  EXPECT_THAT(Out(), ElementsAre("in: 2 x1 +2"));
  ASSERT_TRUE(consumer().Reset(9, now_).ok());
  EXPECT_EQ(Info().ack_floor_stream_sequence, 8);
  EXPECT_EQ(Info().pending, 0);
}

TEST_F(ConsumerConfigTest, ResetStaysAboveTheStart) {
  StoreMany(4);
  const auto refusal = [this](uint64_t sequence) {
    const Answer<Done> answer = consumer().Reset(sequence, now_);
    return answer.ok() ? "" : answer.refusal().description;
  };
  Start({.deliver = DeliverPolicy::kBySequence, .start_sequence = 3});
  EXPECT_EQ(refusal(2), "invalid reset: below start seq");
  EXPECT_EQ(refusal(3), "");
  Start({.deliver = DeliverPolicy::kByTime,
         .start_time = now_ + absl::Seconds(1)});
  EXPECT_EQ(refusal(4), "invalid reset: below start time");
  Start({.deliver = DeliverPolicy::kNew});
  EXPECT_EQ(refusal(4), "invalid reset: not allowed");
  EXPECT_EQ(refusal(0), "");
}

}  // namespace
}  // namespace walnats::testing::model
