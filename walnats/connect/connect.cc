#include "walnats/connect.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_split.h"
#include "walnats/base/log.h"
#include "walnats/connect/embedded_server.h"
#include "walnats/nats/connection.h"
#include "walnats/nats/helper_thread.h"
#include "walnats/nats/jetstream.h"
#include "walnats/runtime/suspension.h"

namespace walnats {
namespace {

using ServerOr = absl::StatusOr<std::unique_ptr<connect::EmbeddedServer>>;

class NatsConnector final : public transport::Connector {
 public:
  explicit NatsConnector(ConnectOptions options)
      : options_(std::move(options)) {}

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect(
      TimerQueue& clock) override;

  bool embedded() const override { return options_.urls.empty(); }

 private:
  Task<absl::Status> StartServer();
  nats::ConnectionOptions ConnectionOptions() const;

  const ConnectOptions options_;
  std::unique_ptr<connect::EmbeddedServer> server_;
};

Task<absl::Status> NatsConnector::StartServer() {
  connect::EmbeddedServerOptions options;
  options.binary = options_.server_binary;
  options.store_dir = options_.store_dir;
  ServerOr server;
  Suspension started;
  auto start = [&] {
    server = connect::EmbeddedServer::Start(options);
    started.Resume();
  };
  // It takes some ten milliseconds, in which the thread should stay free.
  co_await started.Wait(
      [&] { nats::HelperThread::Get().Run([&start] { start(); }); });
  if (!server.ok()) co_return server.status();
  server_ = *std::move(server);
  Log(LogLevel::kInfo, "connect: started nats-server ", server_->version(),
      " at ", server_->url(), ", streams in ", server_->store_dir());
  co_return absl::OkStatus();
}

nats::ConnectionOptions NatsConnector::ConnectionOptions() const {
  nats::ConnectionOptions options;
  options.urls = options_.urls;
  if (server_) options.urls = {server_->url()};
  options.name =
      options_.name.empty() ? program_invocation_short_name : options_.name;
  options.user = options_.user;
  options.password = options_.password;
  options.token = options_.token;
  options.connect_limit = options_.connect_limit;
  options.reconnect_delay = options_.reconnect_delay;
  options.reconnect_delay_max = options_.reconnect_delay_max;
  return options;
}

Task<absl::StatusOr<std::unique_ptr<transport::Transport>>>
NatsConnector::Connect(TimerQueue& clock) {
  const int window = options_.window_messages;
  if (window < 1 || (window & (window - 1)) != 0 || options_.window_bytes < 1) {
    co_return absl::InvalidArgumentError(
        "connect: window_messages must be a power of two, window_bytes above "
        "zero");
  }
  if (embedded() && !server_) {
    absl::Status started = co_await StartServer();
    if (!started.ok()) co_return started;
  }
  const absl::Time limit = clock.Now() + options_.connect_limit;
  const nats::ConnectionOptions options = ConnectionOptions();
  absl::StatusOr<std::unique_ptr<nats::Connection>> connection =
      co_await nats::Connection::Connect(options, clock);
  if (!connection.ok()) co_return connection.status();
  nats::JetStreamOptions jetstream;
  jetstream.publisher.window_messages = options_.window_messages;
  jetstream.publisher.window_bytes = options_.window_bytes;
  jetstream.start_limit = limit - clock.Now();
  absl::StatusOr<std::unique_ptr<nats::JetStream>> transport =
      co_await nats::JetStream::Start(*std::move(connection), clock, jetstream);
  if (!transport.ok()) co_return transport.status();
  co_return *std::move(transport);
}

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::unique_ptr<transport::Connector> Connect(ConnectOptions options) {
  return std::make_unique<NatsConnector>(std::move(options));
}

ConnectOptions ConnectOptionsFromEnvironment() {
  ConnectOptions options;
  options.urls =
      absl::StrSplit(FromEnvironment("NATS_URL"), ',', absl::SkipWhitespace());
  options.user = FromEnvironment("NATS_USER");
  options.password = FromEnvironment("NATS_PASSWORD");
  options.token = FromEnvironment("NATS_TOKEN");
  options.store_dir = FromEnvironment("WALNATS_STORE_DIR");
  return options;
}

}  // namespace walnats
