// What happens to a Connection when its server dies, hangs or leaves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "connection_fixture.h"
#include "scripted_server.h"
#include "walnats/log.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CountingSink final : public transport::MessageSink {
 public:
  void OnMessage(transport::Message) override { ++count; }
  int count = 0;
};

// Collects what is logged; none of it reaches stderr.
class LogCapture {
 public:
  LogCapture() {
    SetLogSink(
        [this](const LogEntry& entry) { lines_.emplace_back(entry.message); });
  }
  ~LogCapture() { SetLogSink(nullptr); }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

TEST_F(ConnectionTest, ReconnectsAfterTheServerWasKilled) {
  LogCapture log;
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  CountingSink sink;
  auto subscription = connection_->Subscribe("topic", "", sink);
  ASSERT_EQ(server_->Kill9(), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.downs == 1; }));
  EXPECT_FALSE(connection_->up());
  EXPECT_EQ(connection_->unsent(), 0u);
  const absl::Status refused = Publish("topic", "lost");
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(refused.message(), "publish \"topic\": not connected");
  CountingSink late_sink;
  auto late = connection_->Subscribe("late", "", late_sink);
  ASSERT_TRUE(late.ok());

  ASSERT_EQ(server_->Restart(), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.ups == 1; }));
  ASSERT_EQ(Publish("topic", "kept"), absl::OkStatus());
  ASSERT_EQ(Publish("late", "kept"), absl::OkStatus());
  ASSERT_TRUE(RoundTrip());
  EXPECT_EQ(sink.count, 1);
  EXPECT_EQ(late_sink.count, 1);
  EXPECT_EQ(sink_.downs, 1);
  EXPECT_THAT(log.lines(), IsEmpty()) << "it is for the owner to say";
}

TEST_F(ConnectionTest, NoticesAServerThatHangs) {
  LogCapture log;
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  ASSERT_EQ(server_->Pause(), absl::OkStatus());
  const absl::Time begin = clock_.Now();
  ASSERT_TRUE(RunUntil([&] { return sink_.downs == 1; }));
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(3));
  EXPECT_EQ(sink_.reason, "no sign of life for 600ms");
  ASSERT_EQ(server_->Resume(), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.ups == 1; }));
  EXPECT_TRUE(RoundTrip());
}

TEST_F(ConnectionTest, StaysUpWhileNothingHappens) {
  StartServer();
  ConnectionOptions options = Options({server_->url()});
  options.ping_interval = absl::Milliseconds(20);
  ASSERT_EQ(Connect(options), absl::OkStatus());
  const absl::Time until = clock_.Now() + absl::Milliseconds(500);
  ASSERT_TRUE(RunUntil([&] { return clock_.Now() >= until; }));
  EXPECT_EQ(sink_.downs, 0);
  EXPECT_EQ(sink_.count, 0);  // our pings are ours
}

TEST_F(ConnectionTest, StaysUpWithoutPermissionToPing) {
  LogCapture log;
  testing::RealServerOptions with_permissions;
  with_permissions.jetstream = false;
  with_permissions.extra_config =
      "authorization { users = [ { user: joe, password: pw, permissions: "
      "{ publish: { allow: [\"allowed\"] } } } ] }\n";
  auto server = testing::RealServer::Start(with_permissions);
  ASSERT_TRUE(server.ok()) << server.status();
  ConnectionOptions options = Options({(*server)->url()});
  options.user = "joe";
  options.password = "pw";
  options.ping_interval = absl::Milliseconds(20);
  ASSERT_EQ(Connect(options), absl::OkStatus());
  const absl::Time until = clock_.Now() + absl::Milliseconds(300);
  ASSERT_EQ(Publish("forbidden", ""), absl::OkStatus());
  ASSERT_EQ(Publish("forbidden", ""), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return clock_.Now() >= until; }));
  EXPECT_EQ(sink_.downs, 0);
  EXPECT_THAT(log.lines(),
              ElementsAre(HasSubstr("Permissions Violation for Publish to "
                                    "\"forbidden\"")));
  Close();
}

TEST_F(ConnectionTest, LeavesALameDuckForTheOtherServer) {
  LogCapture log;
  StartServer();
  auto other = testing::RealServer::Start({.jetstream = false});
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_EQ(Connect(Options({server_->url(), (*other)->url()})),
            absl::OkStatus());
  const std::string left = connection_->server().url;
  const bool first = left == server_->url();
  ::kill(first ? server_->pid() : (*other)->pid(), SIGUSR2);
  ASSERT_TRUE(RunUntil([&] { return sink_.ups == 1; }));
  EXPECT_EQ(sink_.lame_ducks, 1);
  EXPECT_THAT(sink_.reason, HasSubstr("the server shuts down"));
  EXPECT_NE(connection_->server().url, left);
  EXPECT_TRUE(RoundTrip());
  Close();
}

TEST_F(ConnectionTest, ClosesWhileDown) {
  LogCapture log;
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  ASSERT_EQ(server_->Kill9(), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.downs == 1; }));
  const absl::Time begin = clock_.Now();
  Close();
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(1));
  EXPECT_EQ(sink_.ups, 0);
}

TEST_F(ConnectionTest, ClosesWhileTheServerHangs) {
  StartServer();
  ConnectionOptions options = Options({server_->url()});
  options.ping_interval = absl::Minutes(1);
  ASSERT_EQ(Connect(options), absl::OkStatus());
  ASSERT_EQ(server_->Pause(), absl::OkStatus());
  while (connection_->writable()) {
    ASSERT_EQ(Publish("bulk", std::string(1000, 'x')), absl::OkStatus());
  }
  const absl::Time begin = clock_.Now();
  Close(absl::Milliseconds(200));
  EXPECT_GE(clock_.Now() - begin, absl::Milliseconds(200));
  EXPECT_LT(clock_.Now() - begin, absl::Seconds(1));
}

TEST_F(ConnectionTest, ClosesUnderTraffic) {
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  sink_.keep = false;
  sink_.on_message = [this] {
    for (int i = 0; i < 2; ++i) {
      Publish(Inbox("again"), std::string(1000, 'x')).IgnoreError();
    }
    if (sink_.count == 1000) CloseSoon();
  };
  ASSERT_EQ(Publish(Inbox("again"), ""), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return connection_ == nullptr; }));
  EXPECT_EQ(sink_.count, 1000);
}

TEST_F(ConnectionTest, ClosesFromWithinOnDown) {
  LogCapture log;
  StartServer();
  ASSERT_EQ(Connect(), absl::OkStatus());
  sink_.on_down = [this] { CloseSoon(); };
  ASSERT_EQ(server_->Kill9(), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return connection_ == nullptr; }));
  EXPECT_EQ(sink_.downs, 1);
}

// nats.c's parser would go on in the middle of the message.
TEST_F(ConnectionTest, ForgetsAMessageThatWasCutOff) {
  LogCapture log;
  ScriptedServer server({"MSG {inbox}cut 1 20\r\nhalf a mess",
                         "MSG {inbox}whole 1 5\r\nwhole\r\n"});
  ConnectionOptions options = Options({server.url()});
  options.ping_interval = absl::Minutes(1);
  ASSERT_EQ(Connect(options), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.count == 1; }));
  EXPECT_EQ(sink_.messages[0].subject, Inbox("whole"));
  EXPECT_EQ(sink_.messages[0].body, "whole");
  Close(absl::ZeroDuration());
}

// nats.c would close for good.
TEST_F(ConnectionTest, ReconnectsAfterAnErrorThatNatsCDoesNotKnow) {
  LogCapture log;
  ScriptedServer server(
      {"-ERR 'Slow Consumer Detected'\r\n", "MSG {inbox}a 1 2\r\nhi\r\n"});
  ConnectionOptions options = Options({server.url()});
  options.ping_interval = absl::Minutes(1);
  ASSERT_EQ(Connect(options), absl::OkStatus());
  ASSERT_TRUE(RunUntil([&] { return sink_.count == 1; }));
  EXPECT_EQ(sink_.reason, "Slow Consumer Detected");
  Close(absl::ZeroDuration());
}

}  // namespace
}  // namespace walnats::nats
