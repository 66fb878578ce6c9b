#include "walnats/testing/jetstream_model/message_store.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walnats::testing::model {
namespace {

class MessageStoreTest : public ::testing::Test {
 protected:
  void Append(std::initializer_list<std::string> subjects) {
    for (const std::string& subject : subjects) {
      transport::StoredMessage message;
      message.subject = subject;
      message.body = "12345";
      store_.Append(message);
    }
  }
  uint64_t Next(uint64_t from, std::vector<std::string> filters = {}) {
    const StoredPtr found = store_.Next(from, filters);
    return found ? found->sequence : 0;
  }
  uint64_t Last(std::vector<std::string> filters = {}) {
    const StoredPtr found = store_.Last(filters);
    return found ? found->sequence : 0;
  }
  uint64_t Count(uint64_t from, std::vector<std::string> filters = {}) {
    return store_.Count(from, filters);
  }

  MessageStore store_;
};

TEST_F(MessageStoreTest, StartsEmpty) {
  EXPECT_EQ(store_.first(), 0u);
  EXPECT_EQ(store_.last(), 0u);
  EXPECT_EQ(Next(0), 0u);
  EXPECT_EQ(Last(), 0u);
  EXPECT_EQ(store_.Find(1), nullptr);
}

TEST_F(MessageStoreTest, NumbersFromOne) {
  Append({"a", "b"});
  EXPECT_EQ(store_.first(), 1u);
  EXPECT_EQ(store_.last(), 2u);
  EXPECT_EQ(store_.Find(2)->subject, "b");
  EXPECT_EQ(store_.Find(2)->sequence, 2u);
}

TEST_F(MessageStoreTest, FindsByFilter) {
  Append({"a.1", "b.1", "a.2", "b.2", "a.1"});
  EXPECT_EQ(Next(2, {"a.1"}), 5u);
  EXPECT_EQ(Next(2, {"a.*"}), 3u);
  EXPECT_EQ(Next(6, {"a.*"}), 0u);
  EXPECT_EQ(Next(2, {"a.2", "b.2"}), 3u);
  EXPECT_EQ(Last({"b.*"}), 4u);
  EXPECT_EQ(Last({"c"}), 0u);
  EXPECT_EQ(Count(0), 5u);
  EXPECT_EQ(Count(3), 3u);
  EXPECT_EQ(Count(2, {"a.*"}), 2u);
}

TEST_F(MessageStoreTest, EraseMovesFirstPastHoles) {
  Append({"a", "b", "a", "b"});
  EXPECT_TRUE(store_.Erase(2));
  EXPECT_FALSE(store_.Erase(2));
  EXPECT_EQ(store_.first(), 1u);
  EXPECT_TRUE(store_.Erase(1));
  EXPECT_EQ(store_.first(), 3u);
  EXPECT_EQ(store_.last(), 4u);
  EXPECT_EQ(Count(0, {"a"}), 1u);
  EXPECT_EQ(store_.messages(), 2u);
}

TEST_F(MessageStoreTest, EmptyHasFirstBehindLast) {
  Append({"a"});
  store_.Erase(1);
  EXPECT_EQ(store_.first(), 2u);
  EXPECT_EQ(store_.last(), 1u);
  EXPECT_EQ(store_.bytes(), 0u);
  Append({"a"});
  EXPECT_EQ(store_.first(), 2u);
  EXPECT_EQ(store_.last(), 2u);
}

TEST_F(MessageStoreTest, CompactAlsoPassesWhatIsNotStoredYet) {
  Append({"a", "b", "c"});
  store_.Compact(3);
  EXPECT_EQ(store_.first(), 3u);
  EXPECT_EQ(store_.messages(), 1u);
  store_.Compact(10);
  EXPECT_EQ(store_.first(), 10u);
  EXPECT_EQ(store_.last(), 9u);
  Append({"d"});
  EXPECT_EQ(store_.last(), 10u);
}

TEST_F(MessageStoreTest, SkippedSequenceIsAHole) {
  EXPECT_EQ(store_.Skip(), 1u);
  EXPECT_EQ(store_.first(), 2u);
  Append({"a"});
  EXPECT_EQ(store_.Skip(), 3u);
  EXPECT_EQ(store_.first(), 2u);
  EXPECT_EQ(store_.last(), 3u);
}

TEST_F(MessageStoreTest, CountsBytesAsItsStorageDoes) {
  const MessageStore file(Storage::kFile);
  const MessageStore memory(Storage::kMemory);
  transport::StoredMessage message;
  message.subject = "ab";
  message.body = "12345";
  EXPECT_EQ(file.SizeOf(message), 37u);
  EXPECT_EQ(memory.SizeOf(message), 23u);
  message.headers = {{"A", "b"}};
  EXPECT_EQ(file.SizeOf(message), 37u + 4 + 12 + 6);
  EXPECT_EQ(memory.SizeOf(message), 23u + 12 + 6);
}

}  // namespace
}  // namespace walnats::testing::model
