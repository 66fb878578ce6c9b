#include "walnats/nats/pull.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/nats/pull_fixture.h"

namespace walnats::nats {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(PullTest, AsksForWhatIsWanted) {
  EXPECT_THAT(Ask(), IsEmpty());
  pull_.Want(500);
  EXPECT_THAT(Ask(), ElementsAre(500));
  EXPECT_EQ(pull_.outstanding(), 500);
  EXPECT_THAT(Ask(), IsEmpty());
}

TEST_F(PullTest, AsksAgainAtHalf) {
  struct Case {
    int delivered;
    std::vector<int> batches;
  };
  // After each, the sink has room for 100 again.
  for (const Case& one : {Case{0, {}}, Case{49, {}}, Case{50, {50}},
                          Case{99, {99}}, Case{100, {100}}}) {
    StartOver();
    AskOnce(100);
    Deliver(one.delivered);
    EXPECT_THAT(Ask(), IsEmpty()) << "without new room";
    pull_.Want(100);
    EXPECT_EQ(Ask(), one.batches) << one.delivered;
  }
}

TEST_F(PullTest, CapsABatch) {
  pull_.Want(20'000);
  EXPECT_THAT(Ask(), ElementsAre(5000, 5000, 5000));
  Deliver(5001);
  pull_.Want(20'000);
  EXPECT_THAT(Ask(), ElementsAre(5000));
}

TEST_F(PullTest, CountsTheSinksRoomDown) {
  AskOnce(2);
  EXPECT_EQ(pull_.wanted(), 2);
  Deliver(1);
  EXPECT_EQ(pull_.wanted(), 1);
  Deliver(1);
  EXPECT_EQ(pull_.wanted(), 0);
  EXPECT_THAT(Ask(), IsEmpty());
}

TEST_F(PullTest, AsksForASingleOne) {
  pull_.Want(1);
  EXPECT_THAT(Ask(), ElementsAre(1));
  Deliver(1);
  pull_.Want(1);
  EXPECT_THAT(Ask(), ElementsAre(1));
}

TEST_F(PullTest, DoesNotUnderflowOnLateDeliveries) {
  AskOnce(3);
  pull_.OnDown();
  pull_.OnUp(now_);
  Deliver(5);
  EXPECT_EQ(pull_.outstanding(), 0);
  EXPECT_EQ(pull_.wanted(), 0);
  pull_.Want(4);
  EXPECT_THAT(Ask(), ElementsAre(4));
}

TEST_F(PullTest, AsksForNothingOnceStopped) {
  AskOnce(10);
  pull_.Stop();
  Deliver(10);
  pull_.Want(10);
  EXPECT_THAT(Ask(), IsEmpty());
  EXPECT_EQ(pull_.deadline(), absl::InfiniteFuture());
}

TEST_F(PullTest, AsksForNothingWhileDownAndForAllWhenUp) {
  AskOnce(10);
  Deliver(1);
  pull_.OnDown();
  EXPECT_EQ(pull_.outstanding(), 0);
  EXPECT_THAT(Ask(), IsEmpty());
  EXPECT_EQ(pull_.deadline(), absl::InfiniteFuture());
  pull_.OnUp(now_);
  EXPECT_THAT(Ask(), ElementsAre(9));
}

TEST_F(PullTest, ReturnsTheCreditOfAPullThatEnded) {
  struct Case {
    int code;
    std::string_view description;
    std::optional<int64_t> left;
    int outstanding;
  };
  // Of one pull of 100, 60 came.
  for (const Case& one : {
           Case{408, "Request Timeout", 40, 0},
           Case{408, "Request Timeout", std::nullopt, 0},
           Case{408, "Request Timeout", 10, 0},  // 30 were lost on the way
           Case{404, "No Messages", std::nullopt, 0},
           Case{409, "Message Size Exceeds MaxBytes", 40, 0},
           Case{409, "Batch Completed", 40, 0},
           Case{409, "Server Shutdown", 40, 0},
           Case{409, "Leadership Change", std::nullopt, 0},
           Case{100, "Idle Heartbeat", std::nullopt, 40},
       }) {
    StartOver();
    const uint64_t id = AskOnce(100);
    Deliver(60);
    EXPECT_EQ(Status(id, one.code, one.description, one.left), std::nullopt);
    EXPECT_EQ(pull_.outstanding(), one.outstanding) << one.description;
    pull_.Want(100);
    EXPECT_EQ(Ask().size(), 1u) << one.description;
  }
}

TEST_F(PullTest, IgnoresTheEndOfAPullItDoesNotKnow) {
  AskOnce(100);
  EXPECT_EQ(Status(77, 408, "Request Timeout", 40), std::nullopt);
  EXPECT_EQ(Status(77, 409, "Consumer Deleted"), std::nullopt);
  EXPECT_EQ(Status(77, 503), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 100);
}

TEST_F(PullTest, CountsOverlappingPullsTogether) {
  const uint64_t first = AskOnce(100);
  Deliver(50);
  const uint64_t second = AskOnce(100);  // 50 more
  EXPECT_EQ(pull_.outstanding(), 100);
  // The server serves them in turn: 20 of the first, 20 of the second.
  Deliver(40);
  EXPECT_EQ(pull_.outstanding(), 60);
  EXPECT_EQ(Status(first, 408, "Request Timeout", 30), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 30);
  EXPECT_EQ(Status(second, 408, "Request Timeout", 30), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 0);
}

TEST_F(PullTest, CountsPullsThatEndInAnyOrder) {
  const uint64_t first = AskOnce(100);
  Deliver(50);
  const uint64_t second = AskOnce(100);
  Deliver(40);
  EXPECT_EQ(Status(second, 409, "Message Size Exceeds MaxBytes", 30),
            std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 30);
  EXPECT_EQ(Status(first, 408, "Request Timeout", 30), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 0);
}

TEST_F(PullTest, GuessesWhatAPullHadLeftWhereTheServerDoesNotSay) {
  const uint64_t first = AskOnce(100);
  Deliver(50);
  AskOnce(100);  // 50 more: no more than these can be the second one's
  EXPECT_EQ(Status(first, 404, "No Messages"), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 50);
}

TEST_F(PullTest, KeepsRequestsThatReachTheNextLeader) {
  const uint64_t first = AskOnce(100);
  Deliver(50);
  AskOnce(100);  // on its way while the first one is dropped
  EXPECT_EQ(Status(first, 409, "Leadership Change"), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 50);
  EXPECT_THAT(Ask(), ElementsAre(50));
}

}  // namespace
}  // namespace walnats::nats
