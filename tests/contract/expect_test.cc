// What a publisher may expect, and what a stream refuses.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;

using ExpectTest = Contract;

TEST_P(ExpectTest, TheStream) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Publish({.subject = "s", .expect = {.stream = "s"}}), IsOk());
  EXPECT_THAT(Publish({.subject = "s", .expect = {.stream = "t"}}),
              IsRefused(StatusCode::kFailedPrecondition, 10060));
  EXPECT_EQ(Stream("s").messages, 1U);
}

TEST_P(ExpectTest, TheLastSequence) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Publish({.subject = "s", .expect = {.last_sequence = 1}}),
              IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(Publish({.subject = "s", .expect = {.last_sequence = 0}}),
              IsOk());
  EXPECT_THAT(Publish({.subject = "s", .expect = {.last_sequence = 0}}),
              IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(Publish({.subject = "s", .expect = {.last_sequence = 1}}),
              IsOk());
  EXPECT_EQ(Stream("s").messages, 2U);
}

TEST_P(ExpectTest, TheLastSequenceCountsWhatWasErased) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 2);
  ASSERT_THAT(Run(transport().PurgeStream("s", {})), IsOk());
  EXPECT_THAT(Publish({.subject = "s", .expect = {.last_sequence = 0}}),
              IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(Publish({.subject = "s", .expect = {.last_sequence = 2}}),
              IsOk());
}

TEST_P(ExpectTest, TheLastSequenceOfTheSubject) {
  MakeStream(StreamOf("s", {"s.*"}));
  PublishMany("s.a", 2);
  PublishMany("s.b", 1);
  const auto publish = [&](const char* subject, uint64_t last) {
    return Publish(
        {.subject = subject, .expect = {.subject_last_sequence = last}});
  };
  EXPECT_THAT(publish("s.a", 3), IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(publish("s.a", 2), IsOk());
  EXPECT_THAT(publish("s.b", 3), IsOk());
  EXPECT_THAT(publish("s.c", 1), IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(publish("s.c", 0), IsOk());
  EXPECT_THAT(publish("s.c", 0), IsRefused(StatusCode::kAborted, 10071));
}

TEST_P(ExpectTest, TheLastSequenceOfAnErasedSubjectIsZero) {
  MakeStream(StreamOf("s", {"s.*"}));
  PublishMany("s.a", 1);
  ASSERT_THAT(Run(transport().EraseMessage("s", 1)), IsOk());
  EXPECT_THAT(
      Publish({.subject = "s.a", .expect = {.subject_last_sequence = 1}}),
      IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(
      Publish({.subject = "s.a", .expect = {.subject_last_sequence = 0}}),
      IsOk());
}

TEST_P(ExpectTest, TheLastSequenceOfOtherSubjects) {
  MakeStream(StreamOf("s", {"s.>"}));
  PublishMany("s.a.1", 1);
  PublishMany("s.b.1", 1);
  const transport::Expect first{.subject_last_sequence = 1, .subject = "s.a.*"};
  const transport::Expect second{.subject_last_sequence = 2,
                                 .subject = "s.a.*"};
  if (!Has(Difference::kExpectedSubject)) {
    EXPECT_THAT(Publish({.subject = "s.a.2", .expect = first}),
                IsRefused(StatusCode::kFailedPrecondition, 0));
    return;
  }
  EXPECT_THAT(Publish({.subject = "s.a.2", .expect = second}),
              IsRefused(StatusCode::kAborted, 10071));
  EXPECT_THAT(Publish({.subject = "s.a.2", .expect = first}), IsOk());
}

TEST_P(ExpectTest, TheLastMessageId) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Publish({.subject = "s",
                       .expect = {.message_id = "1", .last_message_id = "0"}}),
              IsRefused(StatusCode::kAborted, 10070));
  EXPECT_THAT(Publish({.subject = "s", .expect = {.message_id = "1"}}), IsOk());
  EXPECT_THAT(Publish({.subject = "s",
                       .expect = {.message_id = "2", .last_message_id = "1"}}),
              IsOk());
  EXPECT_THAT(Publish({.subject = "s",
                       .expect = {.message_id = "3", .last_message_id = "1"}}),
              IsRefused(StatusCode::kAborted, 10070));
  EXPECT_EQ(Stream("s").messages, 2U);
}

TEST_P(ExpectTest, ADuplicateWithAWrongSequence) {
  MakeStream(StreamOf("s"));
  const transport::Expect expect{.message_id = "id",
                                 .subject_last_sequence = 0};
  ASSERT_THAT(Publish({.subject = "s", .expect = expect}), IsOk());
  const auto again = Publish({.subject = "s", .expect = expect});
  if (Has(Difference::kExpectationFirst)) {
    EXPECT_THAT(again, IsRefused(StatusCode::kAborted, 10071));
  } else {
    ASSERT_THAT(again, IsOk());
    EXPECT_TRUE(again->duplicate);
  }
  EXPECT_EQ(Stream("s").messages, 1U);
}

TEST_P(ExpectTest, AllOfThemTogether) {
  MakeStream(StreamOf("s"));
  ASSERT_THAT(Publish({.subject = "s", .expect = {.message_id = "1"}}), IsOk());
  const transport::Expect all{.stream = "s",
                              .message_id = "2",
                              .last_sequence = 1,
                              .subject_last_sequence = 1,
                              .last_message_id = "1"};
  EXPECT_THAT(Publish({.subject = "s", .expect = all}), IsOk());
  transport::Expect one_wrong = all;
  one_wrong.message_id = "3";
  one_wrong.last_message_id = "2";
  one_wrong.last_sequence = 2;
  EXPECT_THAT(Publish({.subject = "s", .expect = one_wrong}),
              IsRefused(StatusCode::kAborted, 10071));
}

// ---- limits

TEST_P(ExpectTest, AStreamFullOfMessagesRefusesMore) {
  transport::StreamConfig config = StreamOf("s");
  config.discard = Discard::kNew;
  config.max_messages = 2;
  MakeStream(config);
  PublishMany("s", 2);
  EXPECT_THAT(Publish("s", "3"),
              IsRefused(StatusCode::kResourceExhausted, 10077));
  ASSERT_THAT(Run(transport().EraseMessage("s", 1)), IsOk());
  const auto stored = Publish("s", "3");
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->sequence, 3U);
}

TEST_P(ExpectTest, AStreamFullOfBytesRefusesMore) {
  transport::StreamConfig config = StreamOf("s");
  config.discard = Discard::kNew;
  config.max_bytes = 1000;
  MakeStream(config);
  EXPECT_THAT(Publish("s", std::string(600, 'x')), IsOk());
  EXPECT_THAT(Publish("s", std::string(600, 'x')),
              IsRefused(StatusCode::kResourceExhausted, 10077));
  EXPECT_THAT(Publish("s", "small"), IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2));
}

TEST_P(ExpectTest, AMessageOverTheStreamsSizeIsRefused) {
  transport::StreamConfig config = StreamOf("s");
  config.max_message_size = 100;
  MakeStream(config);
  EXPECT_THAT(Publish("s", std::string(100, 'x')), IsOk());
  EXPECT_THAT(Publish("s", std::string(101, 'x')),
              IsRefused(StatusCode::kFailedPrecondition, 10054));
  // Headers count.
  EXPECT_THAT(Publish({.subject = "s",
                       .body = std::string(90, 'x'),
                       .headers = {{"A", "0123456789"}}}),
              IsRefused(StatusCode::kFailedPrecondition, 10054));
}

TEST_P(ExpectTest, ADuplicateIsAckedAlsoByAFullStream) {
  transport::StreamConfig config = StreamOf("s");
  config.discard = Discard::kNew;
  config.max_messages = 1;
  MakeStream(config);
  const transport::Expect id{.message_id = "id"};
  ASSERT_THAT(Publish({.subject = "s", .expect = id}), IsOk());
  const auto again = Publish({.subject = "s", .expect = id});
  ASSERT_THAT(again, IsOk());
  EXPECT_TRUE(again->duplicate);
}

// ---- rollup

TEST_P(ExpectTest, ARollupReplacesItsSubject) {
  transport::StreamConfig config = StreamOf("s", {"s.*"});
  config.allow_rollup = true;
  MakeStream(config);
  PublishMany("s.a", 2);
  PublishMany("s.b", 1);
  EXPECT_THAT(Publish({.subject = "s.a", .headers = {{"Nats-Rollup", "sub"}}}),
              IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(3, 4));
}

TEST_P(ExpectTest, ARollupReplacesAll) {
  transport::StreamConfig config = StreamOf("s", {"s.*"});
  config.allow_rollup = true;
  MakeStream(config);
  PublishMany("s.a", 2);
  PublishMany("s.b", 1);
  EXPECT_THAT(Publish({.subject = "s.a", .headers = {{"Nats-Rollup", "all"}}}),
              IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(4));
}

TEST_P(ExpectTest, ARollupMustBeAllowed) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Publish({.subject = "s", .headers = {{"Nats-Rollup", "sub"}}}),
              HasCode(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Stream("s").messages, 0U);
}

INSTANTIATE_TEST_SUITE_P(, ExpectTest, ::testing::ValuesIn(AllSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
