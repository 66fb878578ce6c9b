// What Run says when there is nothing to run on, and how soon.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "absl/time/clock.h"
#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/connect/unique_fd.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A port of the loopback interface that nobody else can take: it refuses
// connections, or takes them and says nothing.
class DeafPort {
 public:
  enum Kind { kRefuses, kSilent };
  explicit DeafPort(Kind kind)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(socket_.get(), name, size), 0);
    EXPECT_EQ(::getsockname(socket_.get(), name, &size), 0);
    if (kind == kSilent) {
      EXPECT_EQ(::listen(socket_.get(), 5), 0);
    }
    url_ = Cat("nats://127.0.0.1:", ntohs(address.sin_port));
  }
  const std::string& url() const { return url_; }

 private:
  connect::UniqueFd socket_;
  std::string url_;
};

struct Ended {
  absl::Status status;
  std::string message;
  absl::Duration after;
};

Ended RunOn(const ConnectOptions& options) {
  Services services;
  services.Add({.name = "shop", .emits = {kParcelSent}});
  const auto connector = Connect(options);
  const absl::Time begin = absl::Now();
  absl::Status status = services.Run(*connector);
  EXPECT_EQ(services.Health().phase, Phase::kStopped);
  std::string message(status.message());
  return {std::move(status), std::move(message), absl::Now() - begin};
}

TEST(ServicesStartTest, ListsEveryUrlWhenNothingListens) {
  const DeafPort first(DeafPort::kRefuses);
  const DeafPort second(DeafPort::kRefuses);
  const DeafPort silent(DeafPort::kSilent);
  const Ended ended = RunOn({.urls = {first.url(), second.url(), silent.url()},
                             .connect_limit = absl::Seconds(1)});
  EXPECT_EQ(ended.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(
      ended.message,
      AllOf(HasSubstr("no server of 3 answered within 1s"),
            HasSubstr(Cat(first.url(), ": connection refused")),
            HasSubstr(Cat(second.url(), ": connection refused")),
            HasSubstr(Cat(silent.url(),
                          ": accepted the connection, then kept silent"))));
  EXPECT_LT(ended.after, absl::Seconds(2));
}

TEST(ServicesStartTest, GivesUpOnASilentListener) {
  const DeafPort silent(DeafPort::kSilent);
  const Ended ended =
      RunOn({.urls = {silent.url()}, .connect_limit = absl::Milliseconds(300)});
  EXPECT_EQ(ended.status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ended.message, Cat("connect ", silent.url(),
                               ": accepted the connection, then kept silent"));
  EXPECT_LT(ended.after, absl::Seconds(1));
}

TEST(ServicesStartTest, NamesABadUrl) {
  const Ended ended = RunOn({.urls = {"nats://shop:secret@host:port"}});
  EXPECT_EQ(ended.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ended.message,
            "connect: server url \"nats://host:port\": no valid port");
}

TEST(ServicesStartTest, NamesThePackageOfTheEmbeddedServer) {
  const Ended ended = RunOn({.server_binary = "/no/such/nats-server"});
  EXPECT_EQ(ended.status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(ended.message,
              AllOf(HasSubstr("start \"/no/such/nats-server\""),
                    HasSubstr("install the package nats-server")));
}

class ServicesLoginTest : public ServicesServer {
 protected:
  void SetUp() override {}
  void ExpectRefused(ConnectOptions options) {
    options.urls = {server_->url()};
    const Ended ended = RunOn(options);
    EXPECT_LT(ended.after, options.connect_limit);
    EXPECT_EQ(ended.status.code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ended.message, Cat("connect ", server_->url(),
                                 ": the server refused the credentials"));
  }
};

TEST_F(ServicesLoginTest, SaysThatThePasswordIsWrong) {
  StartServer({.extra_config = R"(
    authorization { users = [{user: "shop", password: "right"}] })"});
  ExpectRefused({.user = "shop", .password = "wrong"});
  ExpectRefused({});
  ConnectOptions right = Url();
  right.user = "shop";
  right.password = "right";
  EXPECT_EQ(Launch({}, Options(), right).Ready(), absl::OkStatus());
}

TEST_F(ServicesLoginTest, SaysThatTheTokenIsWrong) {
  StartServer({.extra_config = R"(authorization { token: "right" })"});
  ExpectRefused({.token = "wrong"});
  ConnectOptions right = Url();
  right.token = "right";
  Running& running = Launch({}, Options(), right);
  EXPECT_EQ(running.Ready(), absl::OkStatus());
  EXPECT_THAT(running.health().server, Not(HasSubstr("right")));
}

TEST_F(ServicesLoginTest, SaysThatJetStreamIsNotEnabled) {
  StartServer({.jetstream = false});
  ConnectOptions connect = Url();
  connect.connect_limit = absl::Milliseconds(500);
  const Ended ended = RunOn(connect);
  EXPECT_LT(ended.after, absl::Milliseconds(1500));
  EXPECT_EQ(ended.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(ended.message,
              HasSubstr(Cat("JetStream is not enabled on ", server_->url())));
}

}  // namespace
}  // namespace walnats::testing
