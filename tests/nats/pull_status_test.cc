#include "walnats/nats/pull_status.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

namespace walnats::nats {
namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

std::optional<std::string_view> Find(void* raw, std::string_view name) {
  const auto& headers = *static_cast<Headers*>(raw);
  const auto found = headers.find(name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

// A message over borrowed headers.
transport::Message WithHeaders(Headers& headers) {
  static constexpr transport::Message::Ops kOps = {
      .destroy = [](void*) {},
      .find = Find,
      .visit = [](void*, transport::HeaderVisitor) {},
  };
  return transport::Message("inbox", "", "", &headers, &kOps);
}

TEST(PullStatusTest, ReadsTheHeaders) {
  Headers headers = {{"Status", "408"},
                     {"Description", "Request Timeout"},
                     {"Nats-Pending-Messages", "17"},
                     {"Nats-Pending-Bytes", "1"}};
  const transport::Message message = WithHeaders(headers);
  const auto status = ParsePullStatus(message);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 408);
  EXPECT_EQ(status->description, "Request Timeout");
  EXPECT_EQ(status->pending_messages, 17);
}

TEST(PullStatusTest, NeedsNeitherDescriptionNorPending) {
  Headers headers = {{"Status", "503"}};
  const transport::Message message = WithHeaders(headers);
  const auto status = ParsePullStatus(message);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 503);
  EXPECT_EQ(status->description, "");
  EXPECT_EQ(status->pending_messages, std::nullopt);
}

TEST(PullStatusTest, IsNoneWithoutACode) {
  Headers none;
  EXPECT_FALSE(ParsePullStatus(WithHeaders(none)));
  Headers bad = {{"Status", "40x"}};
  EXPECT_FALSE(ParsePullStatus(WithHeaders(bad)));
  EXPECT_FALSE(ParsePullStatus(transport::Message()));
}

TEST(PullStatusTest, MeansOneThing) {
  struct Case {
    int code;
    std::string_view description;
    PullMeaning meaning;
  };
  const Case kCases[] = {
      {100, "Idle Heartbeat", PullMeaning::kHeartbeat},
      {404, "No Messages", PullMeaning::kEnded},
      {408, "Request Timeout", PullMeaning::kEnded},
      {409, "Message Size Exceeds MaxBytes", PullMeaning::kEnded},
      {409, "Batch Completed", PullMeaning::kEnded},
      {409, "Server Shutdown", PullMeaning::kAllEnded},
      {409, "Leadership Change", PullMeaning::kAllEnded},
      {409, "Consumer Deleted", PullMeaning::kDeleted},
      {409, "Consumer is push based", PullMeaning::kRefused},
      {409, "Exceeded MaxWaiting", PullMeaning::kRefused},
      {409, "Exceeded MaxRequestBatch of 10", PullMeaning::kRefused},
      {409, "Exceeded MaxRequestExpires of 1m0s", PullMeaning::kRefused},
      {400, "Bad Request - heartbeat value too large", PullMeaning::kRefused},
      {423, "Nats-Wrong-Pin-Id", PullMeaning::kRefused},
      {503, "", PullMeaning::kNoResponders},
  };
  for (const Case& one : kCases) {
    EXPECT_EQ(MeaningOf({one.code, one.description, std::nullopt}), one.meaning)
        << one.code << " " << one.description;
  }
}

}  // namespace
}  // namespace walnats::nats
