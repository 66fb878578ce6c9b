// Atomic batches; codes and texts as measured on 2.15.1.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

class BatchesTest : public ModelTest {
 protected:
  explicit BatchesTest(const Version& version = kNewest) : ModelTest(version) {
    Create({.name = "A", .subjects = {"a.>"}, .allow_atomic = true});
  }

  PublishAnswer Add(const std::string& batch, int sequence,
                    std::vector<Header> more = {},
                    std::string_view subject = "a.1") {
    const std::string number = absl::StrCat(sequence);
    more.push_back({"Nats-Batch-Id", batch});
    more.push_back({"Nats-Batch-Sequence", number});
    return *model_.Publish(
        {.subject = subject, .headers = more, .reply = "in.1"});
  }
  PublishAnswer Commit(const std::string& batch, int sequence,
                       std::vector<Header> more = {},
                       std::string_view subject = "a.1") {
    more.push_back({"Nats-Batch-Commit", "1"});
    return Add(batch, sequence, std::move(more), subject);
  }
  static bool IsStaged(const PublishAnswer& answer) {
    return answer.ok() && std::holds_alternative<Staged>(*answer) &&
           std::get<Staged>(*answer).answered;
  }
  std::vector<std::string> TakeAbandoned() {
    std::vector<std::string> bodies;
    for (const Advisory& advisory : Take<Advisory>()) {
      if (advisory.subject == "$JS.EVENT.ADVISORY.STREAM.BATCH_ABANDONED.A") {
        bodies.push_back(advisory.body);
      }
    }
    return bodies;
  }
};

class OldBatchesTest : public BatchesTest {
 protected:
  OldBatchesTest() : BatchesTest(kOldest) {}
};

TEST_F(BatchesTest, StoresAllAtTheCommit) {
  EXPECT_TRUE(IsStaged(Add("x", 1)));
  EXPECT_TRUE(IsStaged(Add("x", 2)));
  EXPECT_EQ(Info("A").messages, 0u);
  Store("a.2");
  const PublishAnswer answer = Commit("x", 3);
  ASSERT_TRUE(answer.ok());
  const auto& published = std::get<Published>(*answer);
  EXPECT_EQ(published.ack.sequence, 4u);
  EXPECT_EQ(published.batch, "x");
  EXPECT_EQ(published.count, 3);
  EXPECT_EQ(Info("A").messages, 4u);
}

TEST_F(BatchesTest, EndMarkIsNotStored) {
  Add("x", 1);
  const PublishAnswer answer = Add("x", 2, {{"Nats-Batch-Commit", "eob"}});
  EXPECT_EQ(SequenceOf(answer), 1u);
  EXPECT_EQ(Info("A").messages, 1u);
  EXPECT_EQ(CodeOf(Add("y", 1, {{"Nats-Batch-Commit", "eob"}})), 10176);
}

TEST_F(BatchesTest, AGapEndsTheBatch) {
  Add("x", 1);
  EXPECT_EQ(CodeOf(Add("x", 3)), 10176);
  EXPECT_EQ(CodeOf(Commit("x", 4)), 10176);
  EXPECT_EQ(CodeOf(Add("y", 2)), 10176);
  EXPECT_EQ(Info("A").messages, 0u);
  const std::vector<std::string> abandoned = TakeAbandoned();
  ASSERT_EQ(abandoned.size(), 1u);
  EXPECT_NE(abandoned[0].find(R"("batch":"x","reason":"incomplete")"),
            std::string::npos);
}

TEST_F(BatchesTest, IsAbandonedAfterTenIdleSeconds) {
  Add("x", 1);
  Elapse(absl::Seconds(9));
  Add("x", 2);
  Elapse(absl::Seconds(9));
  EXPECT_TRUE(TakeAbandoned().empty());
  Elapse(absl::Seconds(1));
  const std::vector<std::string> abandoned = TakeAbandoned();
  ASSERT_EQ(abandoned.size(), 1u);
  EXPECT_NE(abandoned[0].find(R"("reason":"timeout")"), std::string::npos);
  EXPECT_EQ(CodeOf(Commit("x", 3)), 10176);
}

TEST_F(BatchesTest, HoldsAThousand) {
  for (int i = 1; i <= 1'000; ++i) ASSERT_TRUE(IsStaged(Add("x", i)));
  const PublishAnswer answer = Commit("x", 1'001);
  EXPECT_EQ(TextOf(answer), "atomic publish batch is too large: 1000");
  EXPECT_EQ(CodeOf(answer), 10199);
  EXPECT_EQ(Info("A").messages, 0u);
  EXPECT_EQ(CodeOf(Add("y", 2'000)), 10199);
}

TEST_F(BatchesTest, FiftyWaitAtOnce) {
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(IsStaged(Add(absl::StrCat("x", i), 1)));
  }
  EXPECT_EQ(CodeOf(Add("y", 1)), 10210);
  ASSERT_TRUE(Commit("x0", 2).ok());
  EXPECT_TRUE(IsStaged(Add("y", 1)));
}

struct Case {
  std::vector<Header> first;
  std::vector<Header> second;  // the commit
  int code;
};

TEST_F(BatchesTest, CommitIsRefusedAsAWhole) {
  Store("a.1", "1", {{"Nats-Msg-Id", "stored"}});
  const std::vector<Case> cases = {
      {{}, {{"Nats-Expected-Last-Msg-Id", "i"}}, 10177},
      {{{"Nats-Msg-Id", "i"}}, {{"Nats-Msg-Id", "i"}}, 10201},
      {{}, {{"Nats-Msg-Id", "stored"}}, 10201},
      {{}, {{"Nats-Expected-Last-Subject-Sequence", "1"}}, 10164},
      {{}, {{"Nats-Expected-Last-Sequence", "2"}}, 10164},
      {{}, {{"Nats-Expected-Last-Sequence", "9"}}, 10071},
      {{{"Nats-Expected-Last-Sequence", "9"}}, {}, 10071},
      {{{"Nats-Expected-Last-Subject-Sequence", "9"}}, {}, 10071},
      {{}, {{"Nats-Expected-Stream", "B"}}, 10060},
      {{}, {{"Nats-Rollup", "all"}}, 10111},
  };
  for (const Case& c : cases) {
    Add("x", 1, c.first);
    EXPECT_EQ(CodeOf(Commit("x", 2, c.second)), c.code);
    EXPECT_EQ(Info("A").messages, 1u) << c.code;
  }
  EXPECT_EQ(CodeOf(Add("x", 1, {{"Nats-Batch-Commit", "2"}})), 10200);
  EXPECT_EQ(CodeOf(Add(std::string(65, 'x'), 1)), 10179);
  EXPECT_EQ(CodeOf(Publish("a.1", "1", {{"Nats-Batch-Id", "x"}})), 10175);
}

TEST_F(BatchesTest, ExpectationsOfTheFirstMayHold) {
  Store("a.1");
  Add("x", 1,
      {{"Nats-Expected-Last-Sequence", "1"},
       {"Nats-Expected-Last-Subject-Sequence", "1"}});
  const PublishAnswer answer =
      Commit("x", 2, {{"Nats-Expected-Last-Subject-Sequence", "0"}}, "a.2");
  EXPECT_EQ(SequenceOf(answer), 3u) << TextOf(answer);
}

TEST_F(BatchesTest, RoomIsCheckedForAll) {
  Create({.name = "B",
          .subjects = {"b.>"},
          .discard = Discard::kNew,
          .max_messages = 2,
          .allow_atomic = true});
  Add("x", 1, {}, "b.1");
  Add("x", 2, {}, "b.2");
  EXPECT_EQ(CodeOf(Commit("x", 3, {}, "b.3")), 10077);
  EXPECT_EQ(Info("B").messages, 0u);
}

TEST_F(BatchesTest, StreamMustAllowThem) {
  Create({.name = "B", .subjects = {"b"}});
  EXPECT_EQ(CodeOf(Add("x", 1, {}, "b")), 10174);
}

TEST_F(BatchesTest, RestartForgetsThemSilently) {
  Add("x", 1);
  model_.Restart();
  EXPECT_EQ(CodeOf(Commit("x", 2)), 10176);
  EXPECT_TRUE(TakeAbandoned().empty());
}

TEST_F(OldBatchesTest, HeadersAreNotRead) {
  EXPECT_EQ(SequenceOf(Add("x", 1)), 1u);
  EXPECT_EQ(SequenceOf(Add("x", 7)), 2u);
}

}  // namespace
}  // namespace walnats::testing::model
