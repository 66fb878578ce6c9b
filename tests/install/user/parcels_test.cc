// A user's test: of an actor, without a server, and of a server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "user/events.h"
#include "walnats/dead_letters.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"
#include "walnats/testing/real_server.h"
#include "walnats/testing/run_task.h"
#include "walnats/v1/dead_letter.pb.h"

namespace parcels {
namespace {

using ::testing::ElementsAre;
using walnats::testing::Handled;
using walnats::testing::Harness;
using walnats::testing::IsOk;
using walnats::testing::RealServer;
using walnats::testing::Retried;
using walnats::testing::StatusIs;

TEST(TrackTest, TriesAgain) {
  std::vector<std::string> tracked;
  const walnats::Actor track(
      "track", kParcelShipped,
      [&](const v1::ParcelShipped& parcel) { tracked.push_back(parcel.id()); });
  Harness harness;
  harness.Add({.name = "tracking", .actors = {track}});
  harness.FailNext("track", 1, absl::UnavailableError("busy"));
  v1::ParcelShipped parcel;
  parcel.set_id("p-1");
  ASSERT_THAT(harness.Emit(kParcelShipped, parcel), IsOk());
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(harness.Attempts("track"),
              ElementsAre(Retried(StatusIs(absl::StatusCode::kUnavailable)),
                          Handled()));
  EXPECT_THAT(tracked, ElementsAre("p-1"));
}

TEST(TrackTest, LeavesALetterThatIsRead) {
  const walnats::Actor track(
      "track", kParcelShipped, [](const v1::ParcelShipped&) {
        return absl::InvalidArgumentError("no such parcel");
      });
  Harness harness;
  harness.Add({.name = "tracking", .actors = {track}});
  v1::ParcelShipped parcel;
  parcel.set_id("p-1");
  ASSERT_THAT(harness.Emit(kParcelShipped, parcel), IsOk());
  harness.RunUntilIdle();
  const walnats::DeadLetters letters(harness.client());
  const auto letter = harness.Run(letters.Get(1));
  ASSERT_THAT(letter, IsOk());
  EXPECT_EQ(letter->letter->error(), "no such parcel");
}

TEST(ServerTest, Starts) {
  const auto server = RealServer::Start();
  ASSERT_THAT(server, IsOk());
  EXPECT_THAT((*server)->status(), IsOk());
}

}  // namespace
}  // namespace parcels
