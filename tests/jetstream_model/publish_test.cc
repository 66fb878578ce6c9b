// Duplicates, expectations, roll-ups: what the headers of a publish ask.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

constexpr char kId[] = "Nats-Msg-Id";
constexpr char kLast[] = "Nats-Expected-Last-Sequence";
constexpr char kSubjectLast[] = "Nats-Expected-Last-Subject-Sequence";
constexpr char kSubject[] = "Nats-Expected-Last-Subject-Sequence-Subject";
constexpr char kLastId[] = "Nats-Expected-Last-Msg-Id";
constexpr char kRollup[] = "Nats-Rollup";

class PublishTest : public ModelTest {
 protected:
  explicit PublishTest(const Version& version = kNewest) : ModelTest(version) {
    Create({.name = "A",
            .subjects = {"a.>"},
            .duplicate_window = absl::Seconds(10),
            .allow_rollup = true});
  }
  bool IsDuplicate(const PublishAnswer& answer) {
    return answer.ok() && std::get<Published>(*answer).ack.duplicate;
  }
};

class OldPublishTest : public PublishTest {
 protected:
  OldPublishTest() : PublishTest(kOldest) {}
};

TEST_F(PublishTest, AcksWithStreamAndSequence) {
  const PublishAnswer answer = Publish("a.1");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(std::get<Published>(*answer).ack.stream, "A");
  EXPECT_EQ(SequenceOf(answer), 1u);
  EXPECT_EQ(Store("a.2"), 2u);
}

TEST_F(PublishTest, NobodyAnswersForASubjectOfNoStream) {
  EXPECT_EQ(model_.Publish({.subject = "b"}), std::nullopt);
}

TEST_F(PublishTest, NobodyAnswersForMoreThanMaxPayload) {
  const std::string body(model_.version().major + (1 << 20), 'x');
  EXPECT_EQ(model_.Publish({.subject = "a.1", .body = body}), std::nullopt);
  EXPECT_EQ(Info("A").messages, 0u);
}

TEST_F(PublishTest, KeepsHeadersBodyAndTime) {
  Store("a.1", "body", {{"K", "v"}, {kId, "i"}});
  const auto message = model_.GetMessage("A", {.sequence = 1});
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->subject, "a.1");
  EXPECT_EQ(message->body, "body");
  EXPECT_EQ(message->time, kStart);
  ASSERT_EQ(message->headers.size(), 2u);
  EXPECT_EQ(message->headers[0].value, "v");
}

TEST_F(PublishTest, SameIdIsADuplicateAlsoOnAnotherSubject) {
  EXPECT_EQ(Store("a.1", "1", {{kId, "i"}}), 1u);
  Store("a.1");
  const PublishAnswer again = Publish("a.2", "2", {{kId, "i"}});
  EXPECT_TRUE(IsDuplicate(again));
  EXPECT_EQ(SequenceOf(again), 1u);
  EXPECT_EQ(Info("A").messages, 2u);
}

TEST_F(PublishTest, IdOutlivesItsMessage) {
  Store("a.1", "1", {{kId, "i"}});
  ASSERT_TRUE(model_.EraseMessage("A", 1).ok());
  EXPECT_TRUE(IsDuplicate(Publish("a.1", "1", {{kId, "i"}})));
}

TEST_F(PublishTest, IdIsForgottenAfterTheWindow) {
  Store("a.1", "1", {{kId, "i"}});
  Elapse(absl::Seconds(9));
  EXPECT_TRUE(IsDuplicate(Publish("a.1", "1", {{kId, "i"}})));
  Elapse(absl::Seconds(1));
  EXPECT_EQ(Store("a.1", "1", {{kId, "i"}}), 2u);
}

TEST_F(PublishTest, RestartKeepsIdsOfMessagesThatAreThere) {
  Store("a.1", "1", {{kId, "erased"}});
  Store("a.1", "1", {{kId, "kept"}});
  ASSERT_TRUE(model_.EraseMessage("A", 1).ok());
  model_.Restart();
  EXPECT_EQ(Store("a.1", "1", {{kId, "erased"}}), 3u);
  EXPECT_TRUE(IsDuplicate(Publish("a.1", "1", {{kId, "kept"}})));
}

TEST_F(PublishTest, RestartKeepsTheLaterOfAnIdThatWasStoredTwice) {
  Store("a.1", "1", {{kId, "i"}});
  Elapse(absl::Seconds(15));
  EXPECT_EQ(Store("a.1", "1", {{kId, "i"}}), 2u);
  model_.Restart();
  const PublishAnswer again = Publish("a.1", "1", {{kId, "i"}});
  EXPECT_TRUE(IsDuplicate(again));
  EXPECT_EQ(SequenceOf(again), 2u);
}

struct Expectation {
  std::vector<Header> headers;
  int code;
  std::string text;
};

// On a stream with a.1 (1), a.2 (2, id "i").
TEST_F(PublishTest, ExpectationsAreRefusedInTheServersWords) {
  Store("a.1");
  Store("a.2", "1", {{kId, "i"}});
  const std::vector<Expectation> cases = {
      {{{"Nats-Expected-Stream", "X"}},
       10060,
       "expected stream does not match"},
      {{{kLast, "7"}}, 10071, "wrong last sequence: 2"},
      {{{kSubjectLast, "7"}}, 10071, "wrong last sequence: 1"},
      {{{kSubjectLast, "abc"}}, 10071, "wrong last sequence: 1"},
      {{{kSubjectLast, "1"}, {kSubject, "a.2"}},
       10071,
       "wrong last sequence: 2"},
      {{{kSubjectLast, "1"}, {kSubject, "a.*"}},
       10071,
       "wrong last sequence: 2"},
      {{{kSubjectLast, "1"}, {kSubject, "a.3"}},
       10071,
       "wrong last sequence: 0"},
      {{{kSubject, "a.2"}},
       10193,
       "missing sequence for expected last sequence per subject"},
      {{{kLastId, "z"}}, 10070, "wrong last msg ID: i"},
      {{{kRollup, "foo"}}, 10111, "rollup value invalid: \"foo\""},
      {{{kId, "i"}, {kLast, "7"}}, 10071, "wrong last sequence: 2"},
  };
  for (const Expectation& c : cases) {
    const auto answer =
        model_.Publish({.subject = "a.1", .headers = c.headers});
    ASSERT_TRUE(answer);
    EXPECT_EQ(CodeOf(*answer), c.code) << c.text;
    EXPECT_EQ(TextOf(*answer), c.text);
  }
  EXPECT_EQ(Info("A").last_sequence, 2u);
}

TEST_F(PublishTest, ExpectationsThatHoldAreStored) {
  EXPECT_EQ(Store("a.1", "1", {{kLast, "0"}, {kSubjectLast, "0"}}), 1u);
  EXPECT_EQ(Store("a.1", "1", {{kLast, "1"}, {kSubjectLast, "1"}}), 2u);
  EXPECT_EQ(Store("a.2", "1", {{kSubjectLast, "2"}, {kSubject, "a.>"}}), 3u);
  EXPECT_EQ(Store("a.2", "1", {{"Nats-Expected-Stream", "A"}, {kId, "i"}}), 4u);
  EXPECT_EQ(Store("a.2", "1", {{kLastId, "i"}}), 5u);
}

TEST_F(OldPublishTest, ADuplicateIsOneWhateverItExpects) {
  Store("a.1", "1", {{kId, "i"}});
  EXPECT_TRUE(IsDuplicate(Publish("a.1", "1", {{kId, "i"}, {kLast, "7"}})));
}

TEST_F(OldPublishTest, ExpectedSubjectIsNotRead) {
  Store("a.1");
  Store("a.2");
  EXPECT_EQ(Store("a.1", "1", {{kSubjectLast, "1"}, {kSubject, "a.2"}}), 3u);
  EXPECT_EQ(Store("a.1", "1", {{kSubject, "a.2"}}), 4u);
}

TEST_F(OldPublishTest, UnknownRollupIsNotAnswered) {
  const PublishAnswer answer = Publish("a.1", "1", {{kRollup, "foo"}});
  ASSERT_FALSE(answer.ok());
  EXPECT_TRUE(answer.refusal().silent());
}

TEST_F(PublishTest, RollupLeavesTheNewest) {
  Store("a.1");
  Store("a.2");
  Store("a.1", "1", {{kRollup, "sub"}});
  EXPECT_EQ(Held("A"), (std::vector<uint64_t>{2, 3}));
  Store("a.3", "1", {{kRollup, "all"}});
  EXPECT_EQ(Held("A"), std::vector<uint64_t>{4});
}

TEST_F(PublishTest, RollupNeedsItsPermission) {
  Create({.name = "B", .subjects = {"b"}});
  EXPECT_EQ(TextOf(Publish("b", "1", {{kRollup, "all"}})),
            "rollup not permitted");
}

}  // namespace
}  // namespace walnats::testing::model
