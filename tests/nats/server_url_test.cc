#include "walnats/nats/server_url.h"

#include <gtest/gtest.h>

namespace walnats::nats {
namespace {

struct Good {
  std::string_view text;
  std::string_view address;
  std::string_view host;
  std::string_view user = "";
  std::string_view password = "";
  std::string_view token = "";
  bool secure = false;
};

TEST(ServerUrlTest, ReadsWhatPeopleWrite) {
  const Good table[] = {
      {"nats://a:4222", "nats://a:4222", "a"},
      {"nats://a", "nats://a:4222", "a"},
      {"a:5", "nats://a:5", "a"},
      {"nats://a:5/", "nats://a:5", "a"},
      {"tls://a", "tls://a:4222", "a", "", "", "", true},
      {"nats://[::1]:5", "nats://[::1]:5", "::1"},
      {"nats://[::1]", "nats://[::1]:4222", "::1"},
      {"nats://u:p@a", "nats://a:4222", "a", "u", "p"},
      {"nats://u:p:q@a", "nats://a:4222", "a", "u", "p:q"},
      {"nats://u:@a", "nats://a:4222", "a", "u"},
      {"nats://t@a", "nats://a:4222", "a", "", "", "t"},
      {"nats://u:p%40%2f@a", "nats://a:4222", "a", "u", "p@/"},
      {"nats://u:p@q@a", "nats://a:4222", "a", "u", "p@q"},
  };
  for (const Good& row : table) {
    SCOPED_TRACE(row.text);
    const absl::StatusOr<ServerUrl> url = ParseServerUrl(row.text);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(url->address, row.address);
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->user, row.user);
    EXPECT_EQ(url->password, row.password);
    EXPECT_EQ(url->token, row.token);
    EXPECT_EQ(url->secure, row.secure);
  }
}

TEST(ServerUrlTest, RefusesWhatNobodyMeant) {
  for (const std::string_view text :
       {"", "nats://", "nats://:4222", "http://a", "nats://a:0",
        "nats://a:70000", "nats://a:x", "nats://a:", "nats://a b", "nats://::1",
        "nats://[::1", "nats://a/path", "nats://a,b", "nats://u:p%4@a",
        "nats://u:p%zz@a", "nats://u:p%00@a"}) {
    SCOPED_TRACE(text);
    const absl::StatusOr<ServerUrl> url = ParseServerUrl(text);
    EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ServerUrlTest, ErrorNamesTheUrlWithoutItsCredentials) {
  const absl::Status status = ParseServerUrl("nats://joe:secret@a:x").status();
  EXPECT_EQ(status.message(), "server url \"nats://a:x\": no valid port");
}

}  // namespace
}  // namespace walnats::nats
