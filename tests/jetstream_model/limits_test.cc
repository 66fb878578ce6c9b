#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

using Sequences = std::vector<uint64_t>;

class LimitsTest : public ModelTest {};

TEST_F(LimitsTest, OldestMakesRoomForMessages) {
  Create({.name = "A", .subjects = {"a.>"}, .max_messages = 2});
  for (int i = 0; i < 4; ++i) Store("a.1");
  EXPECT_EQ(Held("A"), (Sequences{3, 4}));
  EXPECT_EQ(Info("A").first_sequence, 3u);
}

TEST_F(LimitsTest, OldestMakesRoomForBytes) {
  Create({.name = "A", .subjects = {"a.>"}, .max_bytes = 100});
  Store("a.1", std::string(30, 'x'));  // 33 and the body
  Store("a.1", std::string(40, 'x'));
  EXPECT_EQ(Held("A"), Sequences{2});
  EXPECT_EQ(Info("A").bytes, 73u);
  EXPECT_EQ(Store("a.1", std::string(200, 'x')), 3u);
  EXPECT_EQ(Held("A"), Sequences{});
  EXPECT_EQ(Info("A").first_sequence, 4u);
}

TEST_F(LimitsTest, OldestOfASubjectMakesRoom) {
  Create({.name = "A", .subjects = {"a.>"}, .max_messages_per_subject = 1});
  Store("a.1");
  Store("a.2");
  Store("a.1");
  EXPECT_EQ(Held("A"), (Sequences{2, 3}));
}

TEST_F(LimitsTest, AgeRemovesAtItsTime) {
  Create({.name = "A",
          .subjects = {"a.>"},
          .max_age = absl::Seconds(10),
          .duplicate_window = absl::Seconds(10)});
  Store("a.1");
  Elapse(absl::Seconds(4));
  Store("a.1");
  EXPECT_EQ(model_.next(), kStart + absl::Seconds(10));
  Elapse(absl::Seconds(6));
  EXPECT_EQ(Held("A"), Sequences{2});
  Elapse(absl::Seconds(4));
  EXPECT_EQ(Held("A"), Sequences{});
  EXPECT_EQ(model_.next(), absl::InfiniteFuture());
}

TEST_F(LimitsTest, DiscardNewRefuses) {
  Create({.name = "A",
          .subjects = {"a.>"},
          .discard = Discard::kNew,
          .max_messages = 2,
          .max_bytes = 200});
  Store("a.1");
  EXPECT_EQ(TextOf(Publish("a.1", std::string(150, 'x'))),
            "maximum bytes exceeded");
  Store("a.1");
  const PublishAnswer full = Publish("a.1");
  EXPECT_EQ(CodeOf(full), 10077);
  EXPECT_EQ(TextOf(full), "maximum messages exceeded");
  EXPECT_EQ(Held("A"), (Sequences{1, 2}));
}

TEST_F(LimitsTest, DiscardNewLetsASubjectReplaceItsOldest) {
  Create({.name = "A",
          .subjects = {"a.>"},
          .discard = Discard::kNew,
          .max_messages = 2,
          .max_messages_per_subject = 1});
  Store("a.1");
  Store("a.2");
  EXPECT_EQ(Store("a.1"), 3u);
  EXPECT_EQ(TextOf(Publish("a.3")), "maximum messages exceeded");
  EXPECT_EQ(Held("A"), (Sequences{2, 3}));
}

TEST_F(LimitsTest, DiscardNewPerSubjectRefuses) {
  Create({.name = "A",
          .subjects = {"a.>"},
          .discard = Discard::kNew,
          .max_messages_per_subject = 1,
          .raw = R"({"discard_new_per_subject":true})"});
  Store("a.1");
  EXPECT_EQ(TextOf(Publish("a.1")), "maximum messages per subject exceeded");
  EXPECT_EQ(Store("a.2"), 2u);
}

TEST_F(LimitsTest, MessageSizeCountsHeaders) {
  Create({.name = "A", .subjects = {"a"}, .max_message_size = 40});
  EXPECT_EQ(Store("a", std::string(40, 'x')), 1u);
  EXPECT_EQ(CodeOf(Publish("a", std::string(41, 'x'))), 10054);
  EXPECT_EQ(Store("a", std::string(22, 'x'), {{"A", "b"}}), 2u);
  EXPECT_EQ(CodeOf(Publish("a", std::string(23, 'x'), {{"A", "b"}})), 10054);
  EXPECT_EQ(CodeOf(Publish("a", "", {{"A", std::string(70'000, 'x')}})), 10054);
}

TEST_F(LimitsTest, HeadersHaveALimitOfTheirOwn) {
  Create({.name = "A", .subjects = {"a"}});
  EXPECT_EQ(CodeOf(Publish("a", "", {{"A", std::string(70'000, 'x')}})), 10097);
}

TEST_F(LimitsTest, UpdateToLowerLimitsRemovesAtOnce) {
  Create({.name = "A", .subjects = {"a.>"}});
  for (int i = 0; i < 3; ++i) Store("a.1");
  Store("a.2");
  ASSERT_TRUE(
      model_
          .UpdateStream(
              {.name = "A", .subjects = {"a.>"}, .max_messages_per_subject = 2})
          .ok());
  EXPECT_EQ(Held("A"), (Sequences{2, 3, 4}));
  ASSERT_TRUE(
      model_.UpdateStream({.name = "A", .subjects = {"a.>"}, .max_messages = 1})
          .ok());
  EXPECT_EQ(Held("A"), Sequences{4});
}

}  // namespace
}  // namespace walnats::testing::model
