// How connecting succeeds, and what it says when it does not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connection_fixture.h"
#include "scripted_server.h"
#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kClosedPort[] = "nats://127.0.0.1:1";

std::string WithCredentials(std::string_view url, std::string_view who) {
  return Cat("nats://", who, "@", url.substr(7));
}

TEST_F(ConnectionTest, NamesTheUrlThatRefused) {
  const absl::Status status =
      Connect(Options({"nats://joe:secret@127.0.0.1:1"}));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "connect nats://127.0.0.1:1: connection refused");
}

TEST_F(ConnectionTest, NamesEveryUrlAndWhy) {
  const RudeServer silent("");
  const RudeServer ssh("SSH-2.0-OpenSSH_9.2\r\n");
  const absl::Time begin = clock_.Now();
  const absl::Status status =
      Connect(Options({kClosedPort, silent.url(), ssh.url(),
                       "nats://no.such.host.invalid:4222"}));
  EXPECT_LT(clock_.Now() - begin, absl::Milliseconds(2500));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr("connect: no server of 4 answered within 2s: "),
            HasSubstr("nats://127.0.0.1:1: connection refused"),
            HasSubstr(Cat(silent.url(),
                          ": accepted the connection, then kept silent")),
            HasSubstr(Cat(ssh.url(), ": what answers is no NATS server")),
            HasSubstr("nats://no.such.host.invalid:4222: unknown host")));
}

TEST_F(ConnectionTest, GivesUpOnASilentServerInTime) {
  const RudeServer silent("");
  ConnectionOptions options = Options({silent.url()});
  options.connect_limit = absl::Milliseconds(200);
  const absl::Time begin = clock_.Now();
  const absl::Status status = Connect(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), HasSubstr("then kept silent"));
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(1));
}

TEST_F(ConnectionTest, FindsTheOneServerThatAnswers) {
  StartServer();
  ASSERT_EQ(Connect(Options({kClosedPort, "nats://127.0.0.1:2", server_->url(),
                             "nats://127.0.0.1:3"})),
            absl::OkStatus());
  EXPECT_EQ(connection_->server().url, server_->url());
}

TEST_F(ConnectionTest, RefusesAnInvalidUrl) {
  const absl::Status status =
      Connect(Options({kClosedPort, "nats://joe:secret@host:port"}));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "connect: server url \"nats://host:port\": no valid port");
  EXPECT_EQ(Connect(Options({})).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ConnectionTest, SaysThatTheCredentialsWereRefused) {
  StartServer({"--user", "joe", "--pass", "right"});
  ConnectionOptions options = Options({server_->url()});
  options.user = "joe";
  options.password = "wrong";
  const absl::Status status = Connect(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(status.message(), Cat("connect ", server_->url(),
                                  ": the server refused the credentials"));
  // One server that refuses them outweighs those that are not there.
  options.urls.push_back(kClosedPort);
  EXPECT_EQ(Connect(options).code(), absl::StatusCode::kUnauthenticated);
  options.user.clear();
  EXPECT_EQ(Connect(options).code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(ConnectionTest, TakesUserAndPasswordFromOptionsOrUrl) {
  StartServer({"--user", "joe", "--pass", "a\"b\\c@d"});
  ConnectionOptions options = Options({server_->url()});
  options.user = "joe";
  options.password = "a\"b\\c@d";
  EXPECT_EQ(Connect(options), absl::OkStatus());
  Close();
  options.password = "wrong";
  options.urls = {WithCredentials(server_->url(), "joe:a\"b\\c%40d")};
  EXPECT_EQ(Connect(options), absl::OkStatus());
  EXPECT_THAT(connection_->server().url, Not(HasSubstr("joe")));
}

TEST_F(ConnectionTest, TakesTheTokenFromOptionsOrUrl) {
  StartServer({"--auth", "s3cret"});
  ConnectionOptions options = Options({server_->url()});
  EXPECT_EQ(Connect(options).code(), absl::StatusCode::kUnauthenticated);
  options.token = "s3cret";
  EXPECT_EQ(Connect(options), absl::OkStatus());
  Close();
  EXPECT_EQ(Connect(Options({WithCredentials(server_->url(), "s3cret")})),
            absl::OkStatus());
}

}  // namespace
}  // namespace walnats::nats
