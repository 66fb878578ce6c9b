#include "walnats/kv/names.h"

#include <gtest/gtest.h>

namespace walnats::internal {
namespace {

TEST(NamesTest, AreThoseOfTheOfficialClients) {
  EXPECT_EQ(BucketStream("limits"), "KV_limits");
  EXPECT_EQ(KeySubject("limits", "a.b"), "$KV.limits.a.b");
  EXPECT_EQ(KeyOfSubject("limits", "$KV.limits.a.b"), "a.b");
  EXPECT_EQ(KeyOfSubject("limits", "$KV"), "");
}

TEST(NamesTest, KnowsBuckets) {
  for (const char* name : {"a", "A-b_9"}) {
    EXPECT_TRUE(CheckBucketName(name).ok()) << name;
  }
  for (const char* name : {"", "a.b", "a/b", "a b", "a*"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckBucketName(name))) << name;
  }
}

TEST(NamesTest, KnowsKeys) {
  for (const char* key : {"a", "a.b", "-/_=.a-zA-Z0-9", "="}) {
    EXPECT_TRUE(CheckKey(key).ok()) << key;
  }
  for (const char* key : {"", ".", ".a", "a.", "a..b", "a b", "a*", "*", ">"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckKey(key))) << key;
  }
}

TEST(NamesTest, KnowsFilters) {
  for (const char* filter : {"a", ">", "*", "a.*", "*.a", "a.>", "*.*.>"}) {
    EXPECT_TRUE(CheckKeyFilter(filter).ok()) << filter;
  }
  for (const char* filter : {"", "a*", "a.>.b", ">.a", "a>", "a.", "**"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckKeyFilter(filter))) << filter;
  }
}

}  // namespace
}  // namespace walnats::internal
