#include "walnats/nats/echo.h"

#include <gtest/gtest.h>

#include <vector>

namespace walnats::nats {
namespace {

constexpr absl::Time kNow = absl::InfiniteFuture();

absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1000) + absl::Seconds(seconds);
}

TEST(EchoTest, SaysHowOldADeliveryIsAtMost) {
  struct Case {
    const char* what;
    std::vector<double> sent;
    std::vector<uint64_t> back;
    double now;
    absl::Time expected;
  };
  const std::vector<Case> cases = {
      {"nothing sent", {}, {}, 5, kNow},
      {"none is back yet", {0}, {}, 5, kNow},
      {"just back", {0}, {1}, 0.1, kNow},
      {"the next is on its way", {0, 1}, {1}, 1.1, kNow},
      {"the next is late", {0, 1}, {1}, 1.2, At(1.2)},
      {"the process was stopped", {0}, {1}, 60, At(1.2)},
      {"the second is back too", {0, 1}, {1, 2}, 1.5, kNow},
      {"stopped with an echo in the socket", {0, 1, 60}, {1, 2}, 60, At(2.2)},
      {"and all is worked off", {0, 1, 60}, {1, 2, 3}, 60, kNow},
      {"a way of more than a second", {0, 1, 2, 3}, {1, 2}, 3, At(2.2)},
      {"one that was never sent", {0}, {7}, 60, kNow},
  };
  for (const Case& one : cases) {
    Echo echo;
    for (const double sent : one.sent) echo.Send(At(sent));
    for (const uint64_t back : one.back) echo.OnBack(back);
    EXPECT_EQ(echo.SentBy(At(one.now)), one.expected) << one.what;
  }
}

TEST(EchoTest, KnowsNothingOnANewConnection) {
  Echo echo;
  const uint64_t old = echo.Send(At(0));
  echo.OnBack(old);
  echo.Reset();
  EXPECT_EQ(echo.SentBy(At(60)), kNow);
  echo.OnBack(old);
  EXPECT_EQ(echo.SentBy(At(60)), kNow) << "of the lost connection";
  echo.OnBack(echo.Send(At(61)));
  EXPECT_EQ(echo.SentBy(At(70)), At(62.2));
}

TEST(EchoTest, GivesUpWhereNoneComesBack) {
  Echo echo;
  for (int i = 1; i <= 8; ++i) EXPECT_NE(echo.Send(At(i)), 0U) << i;
  EXPECT_EQ(echo.Send(At(9)), 0U);
  echo.Reset();
  EXPECT_NE(echo.Send(At(10)), 0U);
}

TEST(EchoTest, GoesOnOnceOneCameBack) {
  Echo echo;
  echo.OnBack(echo.Send(At(0)));
  for (int i = 1; i <= 20; ++i) EXPECT_NE(echo.Send(At(i)), 0U) << i;
  // It is too old for its time to be known.
  echo.OnBack(5);
  EXPECT_EQ(echo.SentBy(At(30)), At(1.2));
}

}  // namespace
}  // namespace walnats::nats
