#pragma once

// A Connection on its own io_context, run by the test's thread, and a sink
// that writes down what it hears.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/nats/connection.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/testing/real_server.h"

namespace walnats::nats {

class RecordingSink final : public WireSink {
 public:
  struct Heard {
    std::string subject;
    std::string reply;
    std::string body;
    std::string status;
  };

  void OnMessage(transport::Message message) override;
  void OnIdle() override { ++idle; }
  void OnUp() override { ++ups; }
  void OnDown(std::string_view reason) override;
  void OnWritable() override { ++writables; }
  void OnLameDuck() override { ++lame_ducks; }

  std::vector<Heard> messages;
  int64_t count = 0;
  bool keep = true;  // in `messages`
  int idle = 0;
  int ups = 0;
  int downs = 0;
  int writables = 0;
  int lame_ducks = 0;
  std::string reason;
  std::function<void()> on_message;
  std::function<void()> on_down;
};

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() : clock_(io_) {}
  ~ConnectionTest() override { Close(); }

  static ConnectionOptions Options(std::vector<std::string> urls);

  void StartServer(std::vector<std::string> args = {});
  absl::Status Connect(const ConnectionOptions& options);
  absl::Status Connect() { return Connect(Options({server_->url()})); }
  void Close(absl::Duration limit = absl::Seconds(2));

  // As a coroutine that ends with the connection gone, for use in callbacks.
  void CloseSoon();

  // Runs the io_context until `condition`; false after ten seconds.
  bool RunUntil(const std::function<bool()>& condition);

  absl::Status Publish(std::string_view subject, std::string_view body,
                       std::string_view reply = "");
  std::string Inbox(std::string_view token) const;

  // Asks ourselves once, to know that all before it was worked off.
  bool RoundTrip();

  boost::asio::io_context io_;
  RealClock clock_;
  std::unique_ptr<testing::RealServer> server_;
  RecordingSink sink_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace walnats::nats
