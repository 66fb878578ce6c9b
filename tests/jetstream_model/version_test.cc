#include "walnats/testing/jetstream_model/version.h"

#include <gtest/gtest.h>

#include <vector>

namespace walnats::testing::model {
namespace {

TEST(VersionTest, ParsesThreeNumbers) {
  EXPECT_EQ(ParseVersion("2.9.10"), kOldest);
  EXPECT_EQ(ToString(kNewest), "2.15.1");
  for (const std::string_view text :
       {"", "2", "2.9", "2.9.", "2.9.10.1", "2.9.10-RC.1", "a.b.c", "2.-9.1",
        " 2.9.1", "2..1"}) {
    EXPECT_EQ(ParseVersion(text), std::nullopt) << text;
  }
}

TEST(VersionTest, TableIsSortedAsTheEnumAndEveryRowHasASource) {
  int expected = 0;
  for (const Row& row : Differences()) {
    EXPECT_EQ(static_cast<int>(row.difference), expected++) << row.what;
    EXPECT_LT(row.since, row.until) << row.what;
    EXPECT_FALSE(row.what.empty());
    EXPECT_FALSE(row.source.empty()) << row.what;
  }
  EXPECT_EQ(expected, static_cast<int>(Difference::kMessageTtl) + 1);
}

TEST(VersionTest, HasFromSinceUntilUntil) {
  EXPECT_FALSE(Has({2, 10, 3}, Difference::kTermReason));
  EXPECT_TRUE(Has({2, 10, 4}, Difference::kTermReason));
  EXPECT_FALSE(Has(kOldest, Difference::kFloorPassesExhausted));
  EXPECT_TRUE(Has({2, 10, 27}, Difference::kFloorPassesExhausted));
  EXPECT_FALSE(Has(kNewest, Difference::kFloorPassesExhausted));
}

TEST(VersionTest, FeaturesAreWhatATransportFindsOut) {
  struct Case {
    Version version;
    bool metadata;
    bool term_reason;
    int api_level;
  };
  for (const Case& c : std::vector<Case>{{kOldest, false, false, 0},
                                         {{2, 10, 0}, true, false, 0},
                                         {{2, 10, 27}, true, true, 0},
                                         {{2, 11, 0}, true, true, 1},
                                         {{2, 12, 3}, true, true, 2},
                                         {{2, 14, 1}, true, true, 4},
                                         {kNewest, true, true, 5}}) {
    const transport::Features features = FeaturesOf(c.version);
    EXPECT_EQ(features.metadata, c.metadata) << ToString(c.version);
    EXPECT_EQ(features.compression, c.metadata) << ToString(c.version);
    EXPECT_EQ(features.filter_subjects, c.metadata) << ToString(c.version);
    EXPECT_EQ(features.term_reason, c.term_reason) << ToString(c.version);
    EXPECT_EQ(features.api_level, c.api_level) << ToString(c.version);
  }
}

}  // namespace
}  // namespace walnats::testing::model
