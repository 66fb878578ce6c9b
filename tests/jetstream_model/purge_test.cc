// Messages that are removed because somebody says so.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

using Sequences = std::vector<uint64_t>;
using transport::PurgeOptions;

struct PurgeCase {
  std::string name;
  PurgeOptions options;
  Sequences held;
  // Of the oldest release, where it differs.
  std::optional<Sequences> old_held = {};
};

// Its stream: a.0 has 1 and 3, a.1 has 2 and 6; 4 and 5 were erased.
struct Purged {
  explicit Purged(const Version& version)
      : model({.version = version}, kStart) {
    EXPECT_TRUE(model.CreateStream({.name = "A", .subjects = {"a.>"}}).ok());
    for (const std::string_view subject :
         {"a.0", "a.1", "a.0", "a.0", "a.0", "a.1"}) {
      model.Publish({.subject = subject});
    }
    EXPECT_TRUE(model.EraseMessage("A", 4).ok());
    EXPECT_TRUE(model.EraseMessage("A", 5).ok());
  }
  Sequences Held() const {
    Sequences held;
    for (uint64_t i = 1; i < 10; ++i) {
      if (model.GetMessage("A", {.sequence = i}).ok()) held.push_back(i);
    }
    return held;
  }
  Model model;
};

class PurgeTest : public ::testing::TestWithParam<Version> {
 protected:
  Purged purged_{GetParam()};
  Model& model_ = purged_.model;
};

std::vector<PurgeCase> PurgeCases() {
  return {{"everything", {}, {}},
          {"up to", {.up_to = 3}, {3, 6}},
          {"up to one", {.up_to = 1}, {1, 2, 3, 6}, Sequences{}},
          {"up to beyond", {.up_to = 9}, {}},
          {"keep", {.keep = 2}, {3, 6}, Sequences{6}},
          {"keep all", {.keep = 9}, {1, 2, 3, 6}},
          {"filter", {.filter = "a.1"}, {1, 3}},
          {"filter up to", {.filter = "a.0", .up_to = 3}, {2, 3, 6}},
          {"filter keep", {.filter = "a.*", .keep = 1}, {6}},
          {"filter of nothing", {.filter = "b"}, {1, 2, 3, 6}}};
}

TEST_P(PurgeTest, RemovesWhatItIsTold) {
  for (const PurgeCase& c : PurgeCases()) {
    Purged fresh(GetParam());
    const auto answer = fresh.model.PurgeStream("A", c.options);
    ASSERT_TRUE(answer.ok()) << c.name;
    const bool old = GetParam() == kOldest;
    const Sequences held = old ? c.old_held.value_or(c.held) : c.held;
    EXPECT_EQ(fresh.Held(), held) << c.name;
    EXPECT_EQ(*answer, 4 - held.size()) << c.name;
  }
}

TEST_P(PurgeTest, UpToBeyondMovesTheLastSequence) {
  ASSERT_TRUE(model_.PurgeStream("A", {.up_to = 100}).ok());
  EXPECT_EQ(model_.GetStream("A")->first_sequence, 100u);
  EXPECT_EQ(model_.GetStream("A")->last_sequence, 99u);
}

TEST_P(PurgeTest, RefusesKeepWithUpTo) {
  EXPECT_EQ(CodeOf(model_.PurgeStream("A", {.up_to = 2, .keep = 1})), 10003);
  EXPECT_EQ(CodeOf(model_.PurgeStream("Z", {})), 10059);
}

TEST_P(PurgeTest, EraseSaysWhyItCannot) {
  const auto text = [this](uint64_t sequence) {
    return TextOf(model_.EraseMessage("A", sequence));
  };
  EXPECT_EQ(text(4), "sequence 4 not found");
  EXPECT_EQ(text(7), "stream store EOF");
  EXPECT_EQ(CodeOf(model_.EraseMessage("A", 7)), 10057);
  EXPECT_EQ(text(1), "");
  EXPECT_EQ(text(1), "no message found");
  EXPECT_EQ(CodeOf(model_.EraseMessage("Z", 1)), 10059);
}

TEST_P(PurgeTest, MemorySaysItInOneWay) {
  ASSERT_TRUE(
      model_.CreateStream({.name = "M", .storage = Storage::kMemory}).ok());
  EXPECT_EQ(CodeOf(model_.EraseMessage("M", 7)), 10043);
}

TEST_P(PurgeTest, StreamMayDenyBoth) {
  ASSERT_TRUE(
      model_
          .CreateStream({.name = "D", .deny_delete = true, .deny_purge = true})
          .ok());
  model_.Publish({.subject = "D"});
  EXPECT_EQ(TextOf(model_.EraseMessage("D", 1)),
            "message delete not permitted");
  const auto purge = model_.PurgeStream("D", {});
  EXPECT_EQ(CodeOf(purge), 10110);
  EXPECT_EQ(TextOf(purge), "stream purge not permitted");
}

INSTANTIATE_TEST_SUITE_P(All, PurgeTest, ::testing::Values(kOldest, kNewest),
                         [](const auto& version) {
                           return version.param == kOldest ? "Oldest"
                                                           : "Newest";
                         });

}  // namespace
}  // namespace walnats::testing::model
