// nats/ over a nats-server of the test's own, in real time and one thread.

#include <boost/asio/io_context.hpp>

#include "absl/time/time.h"
#include "tests/contract/sides.h"
#include "walnats/base/strings.h"
#include "walnats/nats/connection.h"
#include "walnats/nats/jetstream.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/testing/real_server.h"
#include "walnats/testing/run_task.h"

namespace walnats::contract {
namespace {

// For a machine that does other things, too.
constexpr absl::Duration kGrace = absl::Seconds(10);
// Between two looks at a condition that nothing here makes true.
constexpr absl::Duration kLook = absl::Milliseconds(2);

class RealSide final : public Side {
 public:
  explicit RealSide(std::string_view binary) : binary_(binary) {}

  absl::Status Start() override {
    testing::RealServerOptions options;
    options.binary = binary_;
    auto server = testing::RealServer::Start(std::move(options));
    if (absl::IsNotFound(server.status())) {
      return Error(absl::StatusCode::kNotFound, "no nats-server at ", binary_,
                   ": tests/servers gets it");
    }
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    return absl::OkStatus();
  }

  TimerQueue& clock() override { return clock_; }

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect()
      override {
    absl::StatusOr<std::unique_ptr<nats::Wire>> wire = co_await ConnectWire();
    if (!wire.ok()) co_return wire.status();
    const nats::JetStreamOptions options;
    co_return co_await nats::JetStream::Start(*std::move(wire), clock_,
                                              options);
  }

  Task<absl::StatusOr<std::unique_ptr<nats::Wire>>> ConnectWire() override {
    nats::ConnectionOptions options;
    options.urls = {server_->url()};
    options.reconnect_delay = absl::Milliseconds(20);
    options.reconnect_delay_max = absl::Milliseconds(100);
    co_return co_await nats::Connection::Connect(options, clock_);
  }

  void Run(Task<void> task) override {
    if (io_.stopped()) io_.restart();
    testing::RunTask(io_, std::move(task));
  }

  bool Until(absl::FunctionRef<bool()> condition,
             absl::Duration limit) override {
    return RunUntil(condition, clock_.Now() + limit + kGrace);
  }

  void Elapse(absl::Duration duration) override {
    RunUntil([] { return false; }, clock_.Now() + duration);
  }

  absl::Status Restart(absl::Duration away) override {
    absl::Status killed = server_->Kill9();
    if (!killed.ok()) return killed;
    Elapse(away);
    return server_->Restart();
  }

 private:
  bool RunUntil(absl::FunctionRef<bool()> condition, absl::Time end) {
    while (!condition()) {
      const absl::Duration left = end - clock_.Now();
      if (left <= absl::ZeroDuration()) return false;
      if (io_.stopped()) io_.restart();
      io_.run_one_for(absl::ToChronoNanoseconds(std::min(left, kLook)));
      io_.poll();
    }
    return true;
  }

  const std::string binary_;
  boost::asio::io_context io_;
  RealClock clock_{io_};
  std::unique_ptr<testing::RealServer> server_;
};

}  // namespace

std::unique_ptr<Side> MakeRealSide(std::string_view binary) {
  return std::make_unique<RealSide>(binary);
}

}  // namespace walnats::contract
