#include "walnats/actor/lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>

namespace walnats::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNull;

constexpr absl::Time kStart = absl::UnixEpoch();
absl::Time At(int seconds) { return kStart + absl::Seconds(seconds); }

// Lanes whose entries are told apart by key, sequence and generation.
class LanesTest : public ::testing::Test {
 protected:
  LaneEntry& Add(std::string key, uint64_t sequence, int seconds = 0,
                 int generation = 0) {
    LaneEntry& entry =
        entries_.emplace_back(LaneEntry{std::move(key), sequence, generation});
    replaced_ = lanes_.Add(entry, At(seconds));
    return entry;
  }

  // What Front says: "a1"; "-" if nothing may start.
  std::string Front(int seconds = 0) {
    const LaneEntry* entry = lanes_.Front(At(seconds));
    return entry == nullptr ? "-"
                            : entry->key + std::to_string(entry->sequence);
  }

  // Starts what may, until nothing may.
  std::vector<std::string> StartAll(int seconds = 0) {
    std::vector<std::string> started;
    while (LaneEntry* entry = lanes_.Front(At(seconds))) {
      started.push_back(Front(seconds));
      lanes_.Start(*entry);
    }
    return started;
  }

  Lanes lanes_;
  LaneEntry* replaced_ = nullptr;

 private:
  std::list<LaneEntry> entries_;
};

TEST_F(LanesTest, OneOfAKeyAtATimeDifferentKeysInParallel) {
  Add("a", 1);
  Add("a", 2);
  Add("b", 3);
  Add("a", 4);
  EXPECT_THAT(StartAll(), ElementsAre("a1", "b3"));
  lanes_.Release("a");
  EXPECT_THAT(StartAll(), ElementsAre("a2"));
  lanes_.Release("b");
  EXPECT_EQ(Front(), "-");
  lanes_.Release("a");
  EXPECT_THAT(StartAll(), ElementsAre("a4"));
}

TEST_F(LanesTest, StartsInTheOrderOfTheStreamHoweverTheyCame) {
  Add("a", 3);
  Add("a", 1);
  Add("a", 2, 0, 1);  // a redrive stands where its message stood
  Add("a", 2);
  for (const std::string expected : {"a1", "a2", "a2", "a3"}) {
    EXPECT_THAT(StartAll(), ElementsAre(expected));
    lanes_.Release("a");
  }
  EXPECT_EQ(lanes_.size(), 0u);
}

TEST_F(LanesTest, WhoWaitsForItsTimeHoldsItsKeyOnly) {
  Add("a", 1, 5);
  Add("a", 2, 0);
  Add("b", 3, 1);
  EXPECT_EQ(Front(0), "-");
  EXPECT_EQ(lanes_.next(), At(1));
  EXPECT_THAT(StartAll(1), ElementsAre("b3"));
  EXPECT_EQ(lanes_.next(), At(5));
  EXPECT_EQ(Front(4), "-");
  EXPECT_EQ(Front(5), "a1");
}

TEST_F(LanesTest, WhoCouldStartFirstStartsFirst) {
  Add("a", 9, 1);
  Add("b", 8, 3);
  Add("c", 7, 2);
  Add("d", 6, 2);
  EXPECT_THAT(StartAll(10), ElementsAre("a9", "d6", "c7", "b8"));
}

TEST_F(LanesTest, ALostOneBlocksLaterOnesUntilItComesAgain) {
  LaneEntry& lost = Add("a", 2);
  Add("a", 1);
  Add("a", 3);
  Add("b", 4);
  lanes_.Remove(lost);
  lanes_.Block(lost, At(60));
  EXPECT_THAT(StartAll(), ElementsAre("a1", "b4"));
  lanes_.Release("a");
  EXPECT_EQ(Front(59), "-");
  EXPECT_EQ(lanes_.next(), At(60));
  Add("a", 2);
  EXPECT_THAT(StartAll(1), ElementsAre("a2"));
  lanes_.Release("a");
  EXPECT_THAT(StartAll(1), ElementsAre("a3"));
}

TEST_F(LanesTest, ALostOneIsNotAwaitedForEver) {
  LaneEntry& lost = Add("a", 2);
  lanes_.Remove(lost);
  lanes_.Block(lost, At(60));
  Add("a", 3);
  EXPECT_EQ(Front(59), "-");
  EXPECT_EQ(Front(60), "a3");
}

TEST_F(LanesTest, WhatWasAwaitedInVainIsForgotten) {
  LaneEntry& lost = Add("a", 2);
  lanes_.Remove(lost);
  lanes_.Block(lost, At(60));
  EXPECT_EQ(lanes_.size(), 1u);
  EXPECT_EQ(Front(60), "-");
  EXPECT_EQ(lanes_.size(), 0u);
  EXPECT_EQ(lanes_.next(), absl::InfiniteFuture());
}

TEST_F(LanesTest, WhatHasComeAgainAlreadyIsNotAwaited) {
  LaneEntry& first = Add("a", 2);
  lanes_.Start(first);
  Add("a", 2);  // its deadline has passed
  Add("a", 3);
  lanes_.Block(first, At(60));
  lanes_.Release("a");
  EXPECT_THAT(StartAll(), ElementsAre("a2"));
  lanes_.Release("a");
  EXPECT_THAT(StartAll(), ElementsAre("a3"));
}

TEST_F(LanesTest, ADeliveryReplacesAnEarlierOneThatWaits) {
  LaneEntry& first = Add("a", 2);
  EXPECT_THAT(replaced_, IsNull());
  LaneEntry& second = Add("a", 2);
  EXPECT_EQ(replaced_, &first);
  EXPECT_FALSE(first.waits);
  EXPECT_EQ(lanes_.Front(At(0)), &second);
}

TEST_F(LanesTest, GivesAllBackInTheOrderOfTheStream) {
  Add("b", 3);
  Add("a", 4);
  Add("a", 1);
  lanes_.Start(Add("b", 2));
  std::vector<uint64_t> sequences;
  for (LaneEntry* entry : lanes_.TakeAll()) {
    EXPECT_FALSE(entry->waits);
    sequences.push_back(entry->sequence);
  }
  EXPECT_THAT(sequences, ElementsAre(1, 3, 4));
  EXPECT_EQ(Front(), "-");
  EXPECT_EQ(lanes_.size(), 1u);
  lanes_.Release("b");
  EXPECT_EQ(lanes_.size(), 0u);
}

TEST_F(LanesTest, TheLastOwnerOfATurnReleasesTheLane) {
  lanes_.Start(Add("a", 1));
  auto turn = std::make_shared<const LaneTurn>(lanes_, "a");
  auto another = turn;
  Add("a", 2);
  turn.reset();
  EXPECT_EQ(Front(), "-");
  another.reset();
  EXPECT_EQ(Front(), "a2");
}

}  // namespace
}  // namespace walnats::internal
