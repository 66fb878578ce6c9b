#include "walnats/transport/subject_filter.h"

#include <gtest/gtest.h>

#include <vector>

namespace walnats::transport {
namespace {

using Filters = std::vector<std::string>;

TEST(SubjectFilterTest, CoversWhatItMatches) {
  struct Case {
    std::string_view outer;
    std::string_view inner;
    bool covers;
  };
  for (const Case& c : std::vector<Case>{{"a.b", "a.b", true},
                                         {"a.b", "a", false},
                                         {"a", "a.b", false},
                                         {"*", "a", true},
                                         {"*", "a.b", false},
                                         {"a.*", "a.b", true},
                                         {"a.*", "a.*", true},
                                         {"a.b", "a.*", false},
                                         {">", "a.b", true},
                                         {"a.>", "a", false},
                                         {"a.>", "a.*", true},
                                         {"a.*", "a.>", false},
                                         {"a.>", "a.>", true}}) {
    EXPECT_EQ(Covers(c.outer, c.inner), c.covers) << c.outer << " " << c.inner;
  }
}

TEST(SubjectFilterTest, AnyOfSeveralMatches) {
  EXPECT_TRUE(MatchesAny(Filters{"a", "b.*"}, "b.c"));
  EXPECT_FALSE(MatchesAny(Filters{"a", "b.*"}, "b"));
  EXPECT_FALSE(MatchesAny(Filters{}, "a"));
}

TEST(SubjectFilterTest, FindsWhatIsCovered) {
  EXPECT_FALSE(AnyCovered(Filters{"a.b", "a.c", "b.*"}));
  EXPECT_TRUE(AnyCovered(Filters{"a.b", "a.*"}));
  EXPECT_TRUE(AnyCovered(Filters{"a.>", "b", "a.b"}));
  EXPECT_TRUE(AnyCovered(Filters{"a", "a"}));
}

TEST(SubjectFilterTest, TheCommonFilterIsAsNarrowAsItsBeginning) {
  struct Case {
    Filters filters;
    std::string_view common;
  };
  for (const Case& c :
       std::vector<Case>{{{"a.b"}, "a.b"},
                         {{"a.b", "a.c"}, "a.>"},
                         {{"a.b.c", "a.b.d", "a.b.e.f"}, "a.b.>"},
                         {{"a.b.c", "a.d.c"}, "a.>"},
                         {{"a.*", "a.b"}, "a.*"},
                         {{"a.b", "a.*"}, "a.>"},
                         {{"a.b", "a"}, ">"},
                         {{"a", "b"}, ">"},
                         {{"a.>", "a.b.c"}, "a.>"}}) {
    EXPECT_EQ(CommonFilter(c.filters), c.common) << c.filters.front();
  }
}

}  // namespace
}  // namespace walnats::transport
