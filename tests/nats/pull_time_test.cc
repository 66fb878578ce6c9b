#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "tests/nats/pull_fixture.h"
#include "walnats/nats/pull.h"

namespace walnats::nats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using transport::FlowEvent;

TEST_F(PullTest, StallsAfterTwoSilentHeartbeatsAndAsksAgain) {
  AskOnce(10);
  EXPECT_EQ(pull_.deadline(), now_ + 2 * kHeartbeat);
  Pass(2 * kHeartbeat - absl::Nanoseconds(1));
  EXPECT_EQ(pull_.OnTime(now_), std::nullopt);
  EXPECT_THAT(Ask(), IsEmpty());
  Pass(absl::Nanoseconds(1));
  EXPECT_EQ(pull_.OnTime(now_), FlowEvent::kStalled);
  EXPECT_THAT(pull_.detail(), HasSubstr("no heartbeat for 30s"));
  EXPECT_THAT(Ask(), ElementsAre(10));
}

TEST_F(PullTest, RepeatsSilentlyWhileStalled) {
  AskOnce(10);
  EXPECT_EQ(Wait(), FlowEvent::kStalled);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Ask(), ElementsAre(10));
    const absl::Time asked = now_;
    EXPECT_EQ(Wait(), std::nullopt);
    EXPECT_EQ(now_, asked + 2 * kHeartbeat);
  }
}

TEST_F(PullTest, ResumesAtASignOfLife) {
  struct Case {
    int code;  // 0: a delivery
    std::string_view description;
    std::optional<FlowEvent> event;
  };
  for (const Case& one : {
           Case{0, "", FlowEvent::kResumed},
           Case{100, "Idle Heartbeat", FlowEvent::kResumed},
           Case{408, "Request Timeout", FlowEvent::kResumed},
           Case{409, "Leadership Change", std::nullopt},
           Case{409, "Exceeded MaxWaiting", std::nullopt},
           Case{503, "", std::nullopt},
       }) {
    StartOver();
    AskOnce(10);
    ASSERT_EQ(Wait(), FlowEvent::kStalled);
    ASSERT_THAT(Ask(), ElementsAre(10));
    EXPECT_EQ(one.code == 0 ? pull_.OnDelivery(now_)
                            : Status(last_id_, one.code, one.description),
              one.event)
        << one.description;
    // Once only.
    if (one.event) {
      EXPECT_EQ(pull_.OnDelivery(now_), std::nullopt);
    }
  }
}

TEST_F(PullTest, IsNotStalledWhileHeartbeatsCome) {
  // Paused or out of max_ack_pending: heartbeats, then the end of the pull.
  for (int i = 0; i < 5; ++i) {
    const uint64_t id = AskOnce(10);
    Pass(kHeartbeat);
    EXPECT_EQ(Status(id, 100, "Idle Heartbeat"), std::nullopt);
    Pass(kHeartbeat);
    EXPECT_EQ(Status(id, 408, "Request Timeout", 10), std::nullopt);
    EXPECT_EQ(pull_.OnTime(now_), std::nullopt);
  }
}

TEST_F(PullTest, IsNotWatchedWithoutPulls) {
  EXPECT_EQ(pull_.deadline(), absl::InfiniteFuture());
  AskOnce(1);
  Deliver(1);
  EXPECT_EQ(pull_.deadline(), absl::InfiniteFuture());
  Pass(absl::Hours(1));
  EXPECT_EQ(pull_.OnTime(now_), std::nullopt);
  // The watch begins with the next request, not with the last delivery.
  AskOnce(1);
  EXPECT_EQ(pull_.OnTime(now_), std::nullopt);
  EXPECT_EQ(pull_.deadline(), now_ + 2 * kHeartbeat);
}

TEST_F(PullTest, ForgetsAPullThatNeverEnds) {
  const absl::Time asked = now_;
  AskOnce(10);
  Deliver(4);
  Pass(kExpires);
  EXPECT_EQ(Status(0, 100, "Idle Heartbeat"), std::nullopt);
  EXPECT_EQ(pull_.deadline(), asked + kExpires + kHeartbeat);
  EXPECT_EQ(Wait(), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 0);
  EXPECT_THAT(Ask(), ElementsAre(6));
}

TEST_F(PullTest, ForgetsOnlyThePullThatIsOverdue) {
  AskOnce(10);
  Deliver(5);
  Pass(absl::Seconds(10));
  AskOnce(10);  // 5 more, ten seconds younger
  Pass(kExpires - absl::Seconds(1));
  EXPECT_EQ(Status(0, 100, "Idle Heartbeat"), std::nullopt);
  EXPECT_EQ(Wait(), std::nullopt);
  EXPECT_EQ(pull_.outstanding(), 5);
}

TEST_F(PullTest, ReportsADeletedConsumerAndWaitsForRestart) {
  const uint64_t id = AskOnce(10);
  EXPECT_EQ(Status(id, 409, "Consumer Deleted"), FlowEvent::kConsumerMissing);
  EXPECT_EQ(Status(id, 409, "Consumer Deleted"), std::nullopt);
  EXPECT_THAT(Ask(), IsEmpty());
  EXPECT_EQ(pull_.deadline(), absl::InfiniteFuture());
  pull_.OnDown();
  pull_.OnUp(now_);
  EXPECT_THAT(Ask(), IsEmpty());
  pull_.Restart(now_);
  EXPECT_THAT(Ask(), ElementsAre(10));
}

// Refuses every request, and returns the pauses before the next ones until an
// event comes.
class RefusedTest : public PullTest {
 protected:
  std::vector<absl::Duration> Pauses(int code, std::string_view description,
                                     int rounds) {
    std::vector<absl::Duration> pauses;
    pull_.Want(10);
    for (int i = 0; i < rounds; ++i) {
      EXPECT_THAT(Ask(), ElementsAre(10));
      event_ = Status(last_id_, code, description);
      if (event_) break;
      EXPECT_EQ(pull_.outstanding(), 0);
      EXPECT_THAT(Ask(), IsEmpty());
      pauses.push_back(pull_.deadline() - now_);
      EXPECT_EQ(Wait(), std::nullopt);
    }
    return pauses;
  }
  std::optional<FlowEvent> event_;
};

TEST_F(RefusedTest, BacksOffWithoutRespondersThenMissesTheConsumer) {
  EXPECT_THAT(Pauses(503, "", 10),
              ElementsAre(absl::Milliseconds(250), absl::Milliseconds(500)));
  EXPECT_EQ(event_, FlowEvent::kConsumerMissing);
  EXPECT_THAT(Ask(), IsEmpty());
  pull_.Restart(now_);
  EXPECT_THAT(Pauses(503, "", 10),
              ElementsAre(absl::Milliseconds(250), absl::Milliseconds(500)));
}

TEST_F(RefusedTest, StartsOverAfterASignOfLife) {
  Pauses(503, "", 2);
  EXPECT_THAT(Ask(), ElementsAre(10));
  EXPECT_EQ(Status(last_id_, 100, "Idle Heartbeat"), std::nullopt);
  EXPECT_EQ(Status(last_id_, 408, "Request Timeout", 10), std::nullopt);
  EXPECT_THAT(Pauses(503, "", 10),
              ElementsAre(absl::Milliseconds(250), absl::Milliseconds(500)));
}

TEST_F(RefusedTest, BacksOffFromARefusalThenSaysSo) {
  for (const std::string_view description :
       {"Exceeded MaxWaiting", "Exceeded MaxRequestBatch of 5"}) {
    StartOver();
    EXPECT_THAT(Pauses(409, description, 10),
                ElementsAre(absl::Milliseconds(100), absl::Milliseconds(200)));
    EXPECT_EQ(event_, FlowEvent::kStalled);
    EXPECT_THAT(pull_.detail(), HasSubstr(description));
    EXPECT_EQ(Wait(), std::nullopt);
    // It goes on by itself, up to ten seconds apart.
    const std::vector<absl::Duration> later = Pauses(409, description, 9);
    EXPECT_EQ(later.front(), absl::Milliseconds(800));
    EXPECT_EQ(later.back(), absl::Seconds(10));
  }
}

TEST_F(RefusedTest, CountsABurstOnce) {
  pull_.Want(15'000);
  EXPECT_EQ(Ask().size(), 2u);
  EXPECT_EQ(Status(last_id_ - 1, 503), std::nullopt);
  EXPECT_EQ(Status(last_id_, 503), std::nullopt);
  EXPECT_EQ(pull_.deadline(), now_ + absl::Milliseconds(250));
}

TEST_F(RefusedTest, DoesNotSpinOnAMessageThatIsLargerThanMaxBytes) {
  const uint64_t id = AskOnce(10);
  EXPECT_EQ(Status(id, 409, "Message Size Exceeds MaxBytes", 10), std::nullopt);
  EXPECT_THAT(Ask(), IsEmpty());
  EXPECT_EQ(pull_.deadline(), now_ + absl::Milliseconds(100));
  EXPECT_EQ(Wait(), std::nullopt);
  EXPECT_THAT(Ask(), ElementsAre(10));
}

}  // namespace
}  // namespace walnats::nats
