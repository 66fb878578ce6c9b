#pragma once

// A Wire that answers by itself what the benchmarks send: $JS.API.INFO and
// every acked publish. Answers come when Pump is called.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/nats/jetstream.h"
#include "walnats/nats/wire.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::benchmarks {

class LoopbackWire final : public nats::Wire {
 public:
  // Hands over the answers to what was published since. False if there were
  // none.
  bool Pump();
  // As if the server had sent it to a pull.
  void Deliver(std::string_view subject, std::string_view reply,
               std::string_view body);
  void Idle() { sink_->OnIdle(); }
  int64_t published() const { return published_; }

  // Wire
  void SetSink(nats::WireSink* sink) override { sink_ = sink; }
  bool up() const override { return true; }
  std::string_view inbox() const override { return "_INBOX.loopback."; }
  absl::Status Publish(const transport::Outgoing& message) override;
  bool writable() const override { return true; }
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  transport::ServerInfo server() const override;
  std::size_t unsent() const override { return 0; }
  Task<void> Close(absl::Duration) override { co_return; }

 private:
  struct Answer {
    std::string subject;
    bool info;
  };

  nats::WireSink* sink_ = nullptr;
  transport::MessageSink* subscriber_ = nullptr;
  std::vector<Answer> answers_;
  int64_t published_ = 0;
};

// JetStream on a LoopbackWire, in a time that stands still.
struct Loopback {
  Loopback();
  ~Loopback();

  const std::shared_ptr<boost::asio::io_context> io =
      std::make_shared<boost::asio::io_context>(1);
  const std::shared_ptr<testing::FakeClock> clock =
      std::make_shared<testing::FakeClock>(*io);
  LoopbackWire* wire = nullptr;
  std::unique_ptr<nats::JetStream> jetstream;
};

}  // namespace walnats::benchmarks
