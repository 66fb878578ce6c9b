#include "walnats/testing/memory/subject_router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SubjectRouterTest, MatchesLiteralsAndWildcards) {
  SubjectRouter router;
  const auto literal = router.Add("a.b", "");
  const auto star = router.Add("a.*", "");
  const auto rest = router.Add("a.>", "");
  router.Add("b.>", "");
  EXPECT_THAT(router.Match("a.b"), ElementsAre(literal, star, rest));
  EXPECT_THAT(router.Match("a.c.d"), ElementsAre(rest));
  EXPECT_THAT(router.Match("a"), IsEmpty());
}

TEST(SubjectRouterTest, TakesNoBadSubject) {
  SubjectRouter router;
  for (const char* subject : {"", ".a", "a.", "a..b", "a b", "a.>.b"}) {
    EXPECT_EQ(router.Add(subject, ""), 0U) << subject;
  }
}

TEST(SubjectRouterTest, GivesTurnsToTheMembersOfAQueueGroup) {
  SubjectRouter router;
  const auto one = router.Add("a", "q");
  const auto two = router.Add("a", "q");
  const auto three = router.Add("a", "q");
  EXPECT_THAT(router.Match("a"), ElementsAre(one));
  EXPECT_THAT(router.Match("a"), ElementsAre(two));
  EXPECT_THAT(router.Match("a"), ElementsAre(three));
  EXPECT_THAT(router.Match("a"), ElementsAre(one));
  router.Remove(two);
  EXPECT_THAT(router.Match("a"), ElementsAre(three));
}

TEST(SubjectRouterTest, ServesEveryGroupAndEveryPlainOne) {
  SubjectRouter router;
  const auto plain = router.Add("a", "");
  const auto first = router.Add("a", "q1");
  const auto second = router.Add(">", "q2");
  EXPECT_THAT(router.Match("a"), ElementsAre(plain, first, second));
}

TEST(SubjectRouterTest, ForgetsWhatIsRemoved) {
  SubjectRouter router;
  const auto plain = router.Add("a", "");
  const auto member = router.Add("a", "q");
  router.Remove(plain);
  router.Remove(member);
  router.Remove(member);
  EXPECT_THAT(router.Match("a"), IsEmpty());
}

}  // namespace
}  // namespace walnats::testing
