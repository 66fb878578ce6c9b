#include "tests/integration/services_fixture.h"

#include "walnats/nats/connection.h"

namespace walnats::testing {

void Board::Add(std::string line) {
  std::lock_guard lock(mutex_);
  lines_.push_back(std::move(line));
}

std::vector<std::string> Board::lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<std::string> Board::Await(size_t count) const {
  Eventually([&] {
    std::lock_guard lock(mutex_);
    return lines_.size() >= count;
  });
  return lines();
}

// ---- Running

Running::Running(std::vector<Service> services, const ServicesOptions& options,
                 ConnectOptions connect)
    : services_(options), connector_(Connect(std::move(connect))) {
  for (Service& service : services) services_.Add(std::move(service));
  services_.OnReady([this] { ready_ = true; });
  thread_ = std::thread([this] {
    result_ = services_.Run(*connector_);
    ended_ = true;
  });
}

Running::~Running() {
  services_.Stop();
  if (thread_.joinable()) thread_.join();
}

absl::Status Running::Ready() {
  if (!Eventually([this] { return ready_ || ended_; })) {
    return absl::DeadlineExceededError("neither ready nor ended");
  }
  return ended_ ? Stop() : absl::OkStatus();
}

absl::Status Running::Stop() {
  services_.Stop();
  if (!Eventually([this] { return ended_.load(); })) {
    return absl::DeadlineExceededError("still running");
  }
  if (thread_.joinable()) thread_.join();
  return result_;
}

// ---- ServicesServer

void ServicesServer::TearDown() {
  running_.reset();
  if (raw_ != nullptr) Await(raw_->Close());
}

void ServicesServer::StartServer(RealServerOptions options) {
  auto server = RealServer::Start(std::move(options));
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
}

Running& ServicesServer::Launch(std::vector<Service> services,
                                const ServicesOptions& options,
                                const ConnectOptions& connect) {
  running_.reset();
  running_ = std::make_unique<Running>(std::move(services), options, connect);
  return *running_;
}

Running& ServicesServer::Start(Service service,
                               const ServicesOptions& options) {
  std::vector<Service> services;
  services.push_back(std::move(service));
  Running& running = Launch(std::move(services), options, Url());
  EXPECT_EQ(running.Ready(), absl::OkStatus());
  return running;
}

void ServicesServer::Stop() { EXPECT_EQ(running_->Stop(), absl::OkStatus()); }

nats::JetStream& ServicesServer::raw() {
  if (raw_ != nullptr) return *raw_;
  nats::ConnectionOptions options;
  options.urls = {server_->url()};
  auto connection = Await(nats::Connection::Connect(options, clock_));
  auto started =
      Await(nats::JetStream::Start(*std::move(connection), clock_, {}));
  raw_ = *std::move(started);
  return *raw_;
}

void ServicesServer::PublishRaw(std::string_view subject,
                                std::string_view body) {
  const auto answer = Await(raw().Request(
      {.subject = subject, .headers = {}, .body = body, .reply = {}},
      absl::Seconds(5)));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body().find("\"error\""), std::string_view::npos)
      << answer->body();
}

transport::StreamConfig ServicesServer::Stream(const std::string& name) {
  const auto info = Await(raw().GetStream(name));
  EXPECT_TRUE(info.ok()) << info.status();
  return info.ok() ? info->config : transport::StreamConfig();
}

transport::ConsumerInfo ServicesServer::Consumer(const std::string& stream,
                                                 const std::string& name) {
  const auto info = Await(raw().GetConsumer(stream, name));
  EXPECT_TRUE(info.ok()) << info.status();
  return info.ok() ? *info : transport::ConsumerInfo();
}

std::vector<v1::DeadLetter> ServicesServer::DeadLetters() {
  std::vector<v1::DeadLetter> letters;
  const auto info = Await(raw().GetStream("walnats-dead"));
  EXPECT_TRUE(info.ok()) << info.status();
  if (!info.ok()) return letters;
  for (uint64_t i = info->first_sequence; i <= info->last_sequence; ++i) {
    const transport::GetOptions get{.sequence = i};
    const auto message = Await(raw().GetMessage("walnats-dead", get));
    if (!message.ok() || !message->subject.starts_with("walnats-dead.")) {
      continue;  // removed, or a record
    }
    EXPECT_TRUE(letters.emplace_back().ParseFromString(message->body));
  }
  return letters;
}

}  // namespace walnats::testing
