#include "connection_fixture.h"

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/helper_thread.h"
#include "walnats/runtime/spawn.h"
#include "walnats/testing/run_task.h"

namespace walnats::nats {
namespace {

class LibraryEnvironment : public ::testing::Environment {
 public:
  void TearDown() override { ShutDownLibrary(); }
};

[[maybe_unused]] ::testing::Environment* const kLibraryEnvironment =
    ::testing::AddGlobalTestEnvironment(new LibraryEnvironment);

}  // namespace

void RecordingSink::OnMessage(transport::Message message) {
  ++count;
  if (keep) {
    messages.push_back({std::string(message.subject()),
                        std::string(message.reply()),
                        std::string(message.body()),
                        std::string(message.header("Status").value_or(""))});
  }
  if (on_message) on_message();
}

void RecordingSink::OnDown(std::string_view why) {
  ++downs;
  reason = why;
  if (on_down) on_down();
}

ConnectionOptions ConnectionTest::Options(std::vector<std::string> urls) {
  ConnectionOptions options;
  options.urls = std::move(urls);
  options.name = "connection \"test\"";
  options.connect_limit = absl::Seconds(2);
  options.reconnect_delay = absl::Milliseconds(10);
  options.reconnect_delay_max = absl::Milliseconds(100);
  options.ping_interval = absl::Milliseconds(200);
  return options;
}

void ConnectionTest::StartServer(std::vector<std::string> args) {
  testing::RealServerOptions options;
  options.jetstream = false;
  options.extra_args = std::move(args);
  auto server = testing::RealServer::Start(std::move(options));
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

absl::Status ConnectionTest::Connect(const ConnectionOptions& options) {
  auto connection = testing::RunTask(io_, Connection::Connect(options, clock_));
  if (!connection.ok()) return connection.status();
  connection_ = *std::move(connection);
  connection_->SetSink(&sink_);
  return absl::OkStatus();
}

void ConnectionTest::Close(absl::Duration limit) {
  if (!connection_) return;
  testing::RunTask(io_, connection_->Close(limit));
  connection_.reset();
}

void ConnectionTest::CloseSoon() {
  const auto close = [](Connection& connection) -> Task<absl::Status> {
    co_await connection.Close(absl::Seconds(2));
    co_return absl::OkStatus();
  };
  Spawn(clock_.executor(), close(*connection_),
        [this](absl::Status) { connection_.reset(); });
}

bool ConnectionTest::RunUntil(const std::function<bool()>& condition) {
  const absl::Time limit = clock_.Now() + absl::Seconds(10);
  while (!condition()) {
    if (clock_.Now() >= limit) return false;
    if (io_.stopped()) io_.restart();
    io_.run_one_for(absl::ToChronoMilliseconds(absl::Milliseconds(10)));
  }
  return true;
}

absl::Status ConnectionTest::Publish(std::string_view subject,
                                     std::string_view body,
                                     std::string_view reply) {
  return connection_->Publish(
      {.subject = subject, .headers = {}, .body = body, .reply = reply});
}

std::string ConnectionTest::Inbox(std::string_view token) const {
  return Cat(connection_->inbox(), token);
}

bool ConnectionTest::RoundTrip() {
  const int64_t before = sink_.count;
  if (!Publish(Inbox("roundtrip"), "").ok()) return false;
  return RunUntil([&] { return sink_.count > before; });
}

}  // namespace walnats::nats
