#include "walnats/testing/jetstream_model/subject.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walnats::testing::model {
namespace {

TEST(SubjectTest, IsSubjectKnowsTokensAndWildcards) {
  struct Case {
    std::string_view subject;
    bool valid;
  };
  for (const Case& c : std::vector<Case>{{"a", true},
                                         {"a.b.c", true},
                                         {"*", true},
                                         {"a.*.c", true},
                                         {">", true},
                                         {"a.>", true},
                                         {"a*.b>", true},
                                         {"", false},
                                         {".", false},
                                         {"a.", false},
                                         {".a", false},
                                         {"a..b", false},
                                         {"a.>.b", false},
                                         {"a b", false},
                                         {"a\tb", false},
                                         {"a\r\n", false}}) {
    EXPECT_EQ(IsSubject(c.subject), c.valid) << '"' << c.subject << '"';
  }
}

TEST(SubjectTest, IsLiteralWithoutAToken) {
  EXPECT_TRUE(IsLiteral("a.b"));
  EXPECT_TRUE(IsLiteral("a*.b>"));
  EXPECT_FALSE(IsLiteral("a.*"));
  EXPECT_FALSE(IsLiteral("a.>"));
}

struct Pair {
  std::string_view one;
  std::string_view other;
  bool covers;    // one covers other
  bool overlaps;  // in either order
};

TEST(SubjectTest, CoversAndOverlaps) {
  for (const Pair& p : std::vector<Pair>{
           {"a", "a", true, true},          {"a", "b", false, false},
           {"a", "a.b", false, false},      {"a.b", "a", false, false},
           {"*", "a", true, true},          {"*", "a.b", false, false},
           {"a.*", "a.b", true, true},      {"a.*", "a", false, false},
           {"a.>", "a", false, false},      {"a.>", "a.b", true, true},
           {"a.>", "a.b.c", true, true},    {"a.>", "a.*", true, true},
           {"a.*", "a.>", false, true},     {"a.b", "a.>", false, true},
           {"a.b", "a.*", false, true},     {">", "a.*.c", true, true},
           {"*.b", "a.*", false, true},     {"*.b", "a.c", false, false},
           {"a.*.c", "a.b.>", false, true}, {"a.*.c", "a.b", false, false}}) {
    EXPECT_EQ(Covers(p.one, p.other), p.covers) << p.one << ' ' << p.other;
    EXPECT_EQ(Overlap(p.one, p.other), p.overlaps) << p.one << ' ' << p.other;
    EXPECT_EQ(Overlap(p.other, p.one), p.overlaps) << p.one << ' ' << p.other;
    if (IsLiteral(p.other)) {
      EXPECT_EQ(Matches(p.one, p.other), p.covers) << p.one << ' ' << p.other;
    }
  }
}

TEST(SubjectTest, NoPatternMatchesEverything) {
  EXPECT_TRUE(MatchesAny({}, "a"));
  const std::vector<std::string> patterns = {"a", "b.*"};
  EXPECT_TRUE(MatchesAny(patterns, "b.c"));
  EXPECT_FALSE(MatchesAny(patterns, "b"));
}

}  // namespace
}  // namespace walnats::testing::model
