#include "walnats/client/message_ids.h"

#include <algorithm>
#include <set>
#include <thread>

namespace walnats::internal {
namespace {

TEST(MessageIdsTest, AreUniqueAcrossThreads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  MessageIds ids;
  std::vector<std::vector<std::string>> made(kThreads);
  {
    std::vector<std::thread> threads;
    for (std::vector<std::string>& mine : made) {
      threads.emplace_back([&ids, &mine] {
        for (int i = 0; i < kEach; ++i) mine.push_back(ids.Next());
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::set<std::string> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), size_t{kThreads} * kEach);
}

TEST(MessageIdsTest, AreShortAndPlain) {
  MessageIds ids;
  for (int i = 0; i < 4000; ++i) {
    const std::string id = ids.Next();
    EXPECT_LE(id.size(), 14u);
    EXPECT_TRUE(std::ranges::all_of(id, [](unsigned char c) {
      return std::isalnum(c) != 0;
    })) << id;
  }
}

// Two prefixes of 64 random bits are the same once in 10^19.
TEST(MessageIdsTest, OfTwoProcessesDiffer) {
  MessageIds a, b;
  EXPECT_NE(a.Next(), b.Next());
}

TEST(MessageIdsTest, OfOneSeedAreTheSame) {
  MessageIds a(1), b(1), c(2);
  const std::string first = a.Next();
  EXPECT_EQ(first, b.Next());
  EXPECT_NE(first, c.Next());
  EXPECT_NE(first, a.Next());
}

}  // namespace
}  // namespace walnats::internal
