// The pause book against planted worlds.

#include "tests/simulation/pause_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace walnats::simulation {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'000'000'000) + absl::Seconds(seconds);
}

class PauseBookTest : public ::testing::Test {
 protected:
  // Client 1 has paused it for five seconds.
  PauseBookTest() {
    book_.OnPause(1, kAnn, At(5));
    book_.OnPaused(1, kAnn, At(0), At(5), true);
  }
  void Call(uint64_t client, std::string_view actor, double at) {
    book_.OnCall({client, "a", actor, 7, 1}, At(at));
  }

  const PauseBook::Name kAnn{"a", "ann"};
  std::vector<std::string> violations_;
  PauseBook book_{violations_};
};

TEST_F(PauseBookTest, NothingStartsWhereItWasPaused) {
  Call(1, "ann", 4.9);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("has paused the actor")));
}

TEST_F(PauseBookTest, OthersMayNotHaveHeardOfIt) {
  Call(2, "ann", 1);
  Call(1, "bob", 1);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(PauseBookTest, WhatWasStartedBeforeMayRun) {
  Call(1, "ann", 0);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(PauseBookTest, APauseIsOverByItself) {
  Call(1, "ann", 5);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(PauseBookTest, AResumeEndsIt) {
  book_.OnResume(kAnn);
  Call(1, "ann", 1);
  EXPECT_THAT(violations_, IsEmpty());
  EXPECT_THAT(book_.maybe(), ElementsAre(kAnn));
  book_.OnResumed(kAnn);
  EXPECT_THAT(book_.maybe(), IsEmpty());
}

TEST_F(PauseBookTest, OfAPauseAndAResumeAtOnceEitherMayBeTheLast) {
  book_.OnResume(kAnn);
  book_.OnPause(1, kAnn, At(5));
  book_.OnResume(kAnn);
  book_.OnResumed(kAnn);
  book_.OnPaused(1, kAnn, At(0), At(5), true);
  Call(1, "ann", 1);
  EXPECT_THAT(violations_, IsEmpty());
  EXPECT_THAT(book_.maybe(), ElementsAre(kAnn));
}

TEST_F(PauseBookTest, APauseWithinAResumeMayBeTheFirst) {
  book_.OnResume(kAnn);
  book_.OnPause(1, kAnn, At(5));
  book_.OnPaused(1, kAnn, At(0), At(5), true);
  Call(1, "ann", 1);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(PauseBookTest, APauseAfterAResumeCounts) {
  book_.OnResume(kAnn);
  book_.OnResumed(kAnn);
  book_.OnPause(1, kAnn, At(5));
  book_.OnPaused(1, kAnn, At(0), At(5), true);
  Call(1, "ann", 1);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("has paused the actor")));
}

TEST_F(PauseBookTest, AnotherPauseMayEndItEarlier) {
  book_.OnPause(2, kAnn, At(3));
  Call(1, "ann", 2.9);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("has paused the actor")));
  Call(1, "ann", 3);
  EXPECT_THAT(violations_, SizeIs(1));
}

TEST_F(PauseBookTest, OfTwoPausesAtOnceTheShorterMayBeTheLast) {
  book_.OnPause(2, kAnn, At(3));
  book_.OnPause(1, kAnn, At(9));
  book_.OnPaused(2, kAnn, At(1), At(3), true);
  book_.OnPaused(1, kAnn, At(1), At(9), true);
  Call(1, "ann", 3);
  EXPECT_THAT(violations_, IsEmpty());
}

TEST_F(PauseBookTest, AnotherPauseAfterItIsTheLast) {
  book_.OnPause(2, kAnn, At(3));
  book_.OnPaused(2, kAnn, At(1), At(3), true);
  book_.OnPause(1, kAnn, At(9));
  book_.OnPaused(1, kAnn, At(2), At(9), true);
  Call(1, "ann", 8);
  EXPECT_THAT(violations_, ElementsAre(HasSubstr("has paused the actor")));
}

TEST_F(PauseBookTest, WhatIsLostIsPausedNoMore) {
  book_.OnLost(kAnn);
  Call(1, "ann", 1);
  EXPECT_THAT(violations_, IsEmpty());
  EXPECT_THAT(book_.maybe(), ElementsAre(kAnn));
}

}  // namespace
}  // namespace walnats::simulation
