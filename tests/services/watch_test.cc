#include "walnats/services/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace walnats::internal {
namespace {

const absl::Time kMade = absl::FromUnixSeconds(3600);

KnownStream Known() {
  KnownStream known;
  known.declared.name = "shop-order";
  known.declared.subjects = {"shop.order"};
  known.declared.max_age = absl::Hours(24);
  known.created = kMade;
  return known;
}

transport::StreamInfo Info() {
  transport::StreamInfo info;
  info.config = Known().declared;
  info.created = kMade;
  info.last_sequence = 10;
  return info;
}

TEST(WatchTest, JudgesWhatTheAnswerIs) {
  transport::StreamInfo another = Info();
  another.created = kMade + absl::Nanoseconds(1);
  const std::vector<
      std::pair<absl::StatusOr<transport::StreamInfo>, StreamFate>>
      cases = {
          {Info(), StreamFate::kSame},
          {another, StreamFate::kAnother},
          {absl::NotFoundError("stream not found"), StreamFate::kMissing},
          {absl::UnavailableError("down"), StreamFate::kUnanswered},
          {absl::DeadlineExceededError("late"), StreamFate::kUnanswered},
          {absl::ResourceExhaustedError("busy"), StreamFate::kUnanswered},
      };
  for (const auto& [answer, fate] : cases) {
    const StreamFinding finding = Judge(Known(), answer);
    EXPECT_EQ(finding.fate, fate) << answer.status();
    EXPECT_EQ(finding.detail.empty(),
              fate == StreamFate::kSame || fate == StreamFate::kUnanswered);
    EXPECT_EQ(finding.lost, "");
    EXPECT_EQ(finding.drift, "");
  }
}

TEST(WatchTest, SaysHowAStreamDiffersFromItsDeclaration) {
  transport::StreamInfo info = Info();
  info.config.max_age = absl::Hours(1);
  info.config.max_messages = 5;
  EXPECT_EQ(Judge(Known(), info).drift,
            "max_age is 1h, declared 24h; max_msgs is 5, declared unlimited");
  // What another framework decided when it made the stream may stay.
  info = Info();
  info.config.retention = Retention::kInterest;
  EXPECT_EQ(Judge(Known(), info).drift, "");
}

TEST(WatchTest, FindsThatAcknowledgedDataIsGone) {
  struct Case {
    uint64_t acknowledged;
    uint64_t delivered;
    int replicas;
    bool ended_early;
    bool early;
    std::string lost;
  };
  const std::string acked =
      "ends at sequence 10, but had acknowledged 12: up to 2 messages are gone";
  const std::vector<Case> cases = {
      {0, 0, 1, false, false, ""},
      {10, 10, 1, false, false, ""},
      {12, 0, 1, false, true, acked},
      {0, 11, 1, false, true,
       "ends at sequence 10, but had delivered 11: up to 1 messages are gone"},
      {12, 13, 1, false, true,
       "ends at sequence 10, but had acknowledged 12 and had delivered 13: up "
       "to 3 messages are gone"},
      // A new leader may have to catch up.
      {12, 0, 3, false, true, ""},
      {12, 0, 3, true, true, acked},
      {10, 10, 3, true, false, ""},
  };
  for (const Case& one : cases) {
    KnownStream known = Known();
    known.declared.replicas = one.replicas;
    known.acknowledged = one.acknowledged;
    known.delivered = one.delivered;
    known.ended_early = one.ended_early;
    transport::StreamInfo info = Info();
    info.config.replicas = one.replicas;
    const StreamFinding finding = Judge(known, info);
    EXPECT_EQ(finding.lost, one.lost);
    EXPECT_EQ(finding.ends_early, one.early);
    // The sequences of another incarnation say nothing.
    info.created = kMade + absl::Seconds(1);
    EXPECT_EQ(Judge(known, info).lost, "");
  }
}

TEST(WatchTest, AsksAboutVeryManyThingsLessOften) {
  EXPECT_EQ(WatchInterval(absl::Seconds(10), 1), absl::Seconds(10));
  EXPECT_EQ(WatchInterval(absl::Seconds(10), 5000), absl::Seconds(50));
}

}  // namespace
}  // namespace walnats::internal
