#pragma once

// A FrameServer in fake time, and clients that speak the protocol to it by
// hand.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "tests/fakes/frame_server.h"
#include "walnats/base/strings.h"
#include "walnats/nats/wire.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/transport/stored.h"

namespace walnats::nats {

using Headers = std::vector<transport::StoredHeader>;

// A message as it was handed over.
struct Heard {
  std::string subject;
  std::string reply;
  std::string body;
  Headers headers;

  // Empty if there is none.
  std::string header(std::string_view name) const;
  // "408 Request Timeout"; empty for a message without status.
  std::string status() const;
};
Heard Hear(const transport::Message& message);

// A wire, and what it says: messages to its inbox, and its states in a row.
class Client final : public WireSink {
 public:
  Client(FrameServer& server, testing::FakeClock& clock);
  ~Client();

  Wire& wire() { return *wire_; }
  void Close(absl::Duration limit = absl::Seconds(2));
  // Once the test has closed it.
  void Forget() { wire_.reset(); }

  absl::Status Publish(std::string_view subject, std::string_view body,
                       const Headers& headers = {},
                       std::string_view reply = {});
  // What has come to a new token of the inbox once everything is quiet.
  std::vector<Heard> Ask(std::string_view subject, std::string_view body = {},
                         const Headers& headers = {});
  // The body of the only answer; "(silence)" or "(503)" in place of one, and
  // the status of one that is only that.
  std::string AskText(std::string_view subject, std::string_view body = {},
                      const Headers& headers = {});
  std::string Inbox(std::string_view token) const {
    return Cat(wire_->inbox(), token);
  }

  // WireSink
  void OnMessage(transport::Message message) override;
  void OnIdle() override { ++idle; }
  void OnUp() override { states.emplace_back("up"); }
  void OnDown(std::string_view reason) override {
    states.push_back(Cat("down: ", reason));
  }
  void OnWritable() override { states.emplace_back("writable"); }
  void OnLameDuck() override { states.emplace_back("lame duck"); }

  std::vector<Heard> heard;
  std::vector<std::string> states;
  int idle = 0;
  std::function<void()> on_message;

 private:
  testing::FakeClock& clock_;
  std::unique_ptr<Wire> wire_;
  int asked_ = 0;
};

// What a subscription gets.
class Listener final : public transport::MessageSink {
 public:
  void OnMessage(transport::Message message) override {
    heard.push_back(Hear(message));
    if (on_message) on_message();
  }
  std::vector<std::string> Bodies() const;

  std::vector<Heard> heard;
  std::function<void()> on_message;
};

class FramesTest : public ::testing::Test {
 protected:
  FrameServer& Start(const FrameServerOptions& options = {}) {
    return server_.emplace(clock_, options);
  }
  std::unique_ptr<Client> Connect() {
    return std::make_unique<Client>(*server_, clock_);
  }
  // A stream "S" of the subjects "s.>", and its consumer "c".
  void AddStream(Client& client, const std::string& more = "");
  void AddConsumer(Client& client, const std::string& more = "");

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  std::optional<FrameServer> server_;
};

inline constexpr testing::model::Version kBoth[] = {testing::model::kOldest,
                                                    testing::model::kNewest};

}  // namespace walnats::nats
