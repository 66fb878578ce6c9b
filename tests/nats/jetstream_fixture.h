#pragma once

// A started JetStream on a FakeWire and a FakeClock.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/nats/fake_wire.h"
#include "walnats/base/strings.h"
#include "walnats/nats/jetstream.h"
#include "walnats/runtime/spawn.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::nats {

// Answers to $JS.API.INFO of nats-server 2.9.10, 2.10.27 and 2.15.1.
inline constexpr char kInfo29[] =
    R"({"memory":0,"storage":0,"limits":{},"api":{"total":1,"errors":0}})";
inline constexpr char kInfo210[] =
    R"({"memory":0,"storage":0,"reserved_memory":0,"limits":{},)"
    R"("api":{"total":1,"errors":0}})";
inline constexpr char kInfo215[] =
    R"({"memory":0,"storage":0,"reserved_memory":0,"limits":{},)"
    R"("api":{"level":5,"total":1,"errors":0}})";

// A sink that writes down what it is told, and does what the test says inside.
struct DeliveryLog final : transport::DeliverySink {
  void OnDelivery(transport::Delivery delivery) override {
    log.push_back(Cat("delivery ", delivery.info().stream_sequence));
    deliveries.push_back(std::move(delivery));
    if (on_delivery) on_delivery();
  }
  void OnOverflow(transport::Delivery delivery) override {
    log.push_back(Cat("overflow ", delivery.info().stream_sequence));
  }
  void OnUnanswered() override { log.push_back("unanswered"); }
  void OnIdle() override {
    log.push_back("idle");
    if (on_idle) on_idle();
  }
  void OnFlowEvent(transport::FlowEvent event,
                   std::string_view detail) override {
    log.push_back(Cat("event ", static_cast<int>(event)));
    details.emplace_back(detail);
    if (on_event) on_event();
  }
  std::vector<std::string> Take() { return std::exchange(log, {}); }

  std::vector<std::string> log;
  std::vector<std::string> details;
  std::deque<transport::Delivery> deliveries;
  std::function<void()> on_delivery;
  std::function<void()> on_idle;
  std::function<void()> on_event;
};

class JetStreamFixture : public ::testing::Test {
 protected:
  JetStreamFixture() {
    auto wire = std::make_unique<FakeWire>();
    wire_ = wire.get();
    wire_->info = {.name = "n",
                   .version = "2.9.10",
                   .url = "nats://127.0.0.1:4222",
                   .max_payload = 1 << 20,
                   .features = {}};
    owned_ = std::move(wire);
  }
  ~JetStreamFixture() override {
    if (jetstream_ != nullptr) Close();
  }

  // Runs `task` until it waits for something; the result comes later.
  template <class T>
  std::shared_ptr<std::optional<T>> Begin(Task<T> task) {
    auto result = std::make_shared<std::optional<T>>();
    const auto run =
        [](Task<T> inner,
           std::shared_ptr<std::optional<T>> kept) -> Task<absl::Status> {
      kept->emplace(co_await std::move(inner));
      co_return absl::OkStatus();
    };
    Spawn(clock_.executor(), run(std::move(task), result), [](absl::Status) {});
    clock_.Poll();
    return result;
  }

  using Started = absl::StatusOr<std::unique_ptr<JetStream>>;
  std::shared_ptr<std::optional<Started>> BeginStart() {
    return Begin(JetStream::Start(std::move(owned_), clock_, {}));
  }

  // Starts with `info` as the answer to $JS.API.INFO.
  void Start(std::string info = kInfo29, std::string version = "2.9.10") {
    wire_->info.version = std::move(version);
    const auto started = BeginStart();
    AnswerInfo(std::move(info));
    ASSERT_TRUE(started->has_value());
    ASSERT_TRUE((*started)->ok()) << (*started)->status().message();
    jetstream_ = **std::move(*started);
  }
  void AnswerInfo(std::string info) {
    const FakeWire::Sent sent = wire_->TakeOne();
    EXPECT_EQ(sent.subject, "$JS.API.INFO");
    Answer(sent, std::move(info));
  }
  void Answer(const FakeWire::Sent& sent, const std::string& body) {
    wire_->Deliver(sent.reply, body);
    clock_.Poll();
  }

  // What was sent to `subject`; the rest is forgotten.
  std::vector<FakeWire::Sent> TakeTo(std::string_view subject) {
    std::vector<FakeWire::Sent> sent = wire_->Take();
    std::erase_if(sent, [&](const FakeWire::Sent& one) {
      return one.subject != subject;
    });
    return sent;
  }

  // A pulled message, as the server would send it.
  void Deliver(std::string_view stream, std::string_view consumer,
               uint64_t sequence, uint64_t delivered = 1) {
    wire_->DeliverPulled("shop.order-placed", "order",
                         AckSubject(stream, consumer, sequence, delivered));
  }
  static std::string AckSubject(std::string_view stream,
                                std::string_view consumer, uint64_t sequence,
                                uint64_t delivered = 1) {
    return Cat("$JS.ACK.", stream, ".", consumer, ".", delivered, ".", sequence,
               ".", sequence, ".1700000000000000000.0");
  }

  // Completes as FakeWire closes at once.
  void Close() {
    const auto close = [](JetStream& jetstream) -> Task<absl::Status> {
      co_await jetstream.Close();
      co_return absl::OkStatus();
    };
    Spawn(clock_.executor(), close(*jetstream_), [](absl::Status) {});
    clock_.Poll();
    jetstream_.reset();
    clock_.Poll();
  }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  std::unique_ptr<Wire> owned_;
  FakeWire* wire_;
  std::unique_ptr<JetStream> jetstream_;
};

}  // namespace walnats::nats
