#include "walnats/nats/api_json.h"

#include <gtest/gtest.h>

namespace walnats::nats {
namespace {

TEST(RequestTest, IsWhatTheServerReads) {
  EXPECT_EQ(PullRequest(500, absl::Seconds(30), absl::Seconds(15), 1 << 20),
            R"({"batch":500,"expires":30000000000,)"
            R"("idle_heartbeat":15000000000,"max_bytes":1048576})");
  EXPECT_EQ(PullRequest(1, absl::Seconds(1), absl::ZeroDuration(), 0),
            R"({"batch":1,"expires":1000000000})");
  EXPECT_EQ(EraseMessageRequest(4), R"({"seq":4})");
  EXPECT_EQ(OffsetRequest(256), R"({"offset":256})");
}

TEST(RequestTest, SaysUntilWhenToPause) {
  EXPECT_EQ(PauseRequest(absl::FromUnixSeconds(1800000000)),
            R"({"pause_until":"2027-01-15T08:00:00.000000000Z"})");
  EXPECT_EQ(PauseRequest(absl::InfiniteFuture()),
            R"({"pause_until":"9999-12-31T23:59:59.000000000Z"})");
  EXPECT_EQ(PauseRequest(absl::UnixEpoch()), "{}");
  EXPECT_EQ(PauseRequest(absl::InfinitePast()), "{}");
}

TEST(RequestTest, SaysWhatToPurge) {
  transport::PurgeOptions options;
  EXPECT_EQ(PurgeRequest(options), "{}");
  options.keep = 0;
  EXPECT_EQ(PurgeRequest(options), R"({"keep":0})");
  options.keep.reset();
  options.filter = "a.>";
  options.up_to = 7;
  EXPECT_EQ(PurgeRequest(options), R"({"filter":"a.>","seq":7})");
}

TEST(RequestTest, SaysWhichMessageToGet) {
  transport::GetOptions options;
  options.sequence = 9;
  EXPECT_EQ(GetMessageRequest(options), R"({"seq":9})");
  options.next_by_subject = "a";
  options.from = 3;
  EXPECT_EQ(GetMessageRequest(options), R"({"seq":3,"next_by_subj":"a"})");
  options.last_by_subject = "a\"b";
  EXPECT_EQ(GetMessageRequest(options), R"({"last_by_subj":"a\"b"})");
}

}  // namespace
}  // namespace walnats::nats
