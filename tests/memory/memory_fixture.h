#pragma once

// A server in memory, a transport of it, and what listens to them; time stands
// unless a test moves it.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "walnats/runtime/spawn.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/testing/memory/server.h"
#include "walnats/testing/run_task.h"
#include "walnats/transport/transport.h"

namespace walnats::testing {

// Keeps what it gets; `then` is called inside each call.
struct Deliveries final : transport::DeliverySink {
  void OnDelivery(transport::Delivery delivery) override {
    log += "d";
    all.push_back(std::move(delivery));
    if (then) then();
  }
  void OnIdle() override {
    log += "i";
    if (on_idle) on_idle();
  }
  void OnFlowEvent(transport::FlowEvent event,
                   std::string_view detail) override {
    events.push_back(event);
    details.emplace_back(detail);
    if (on_event) on_event();
  }
  transport::Delivery TakeFirst() {
    transport::Delivery first = std::move(all.front());
    all.pop_front();
    return first;
  }
  std::vector<std::string> bodies() const;

  std::deque<transport::Delivery> all;
  std::string log;  // "ddi": two deliveries, then idle
  std::vector<transport::FlowEvent> events;
  std::vector<std::string> details;
  std::function<void()> then;
  std::function<void()> on_idle;
  std::function<void()> on_event;
};

struct Completion final : transport::Publication {
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    result = std::move(ack);
    if (then) then();
  }
  absl::Status status() const {
    return result ? result->status() : absl::InternalError("not called");
  }
  std::optional<absl::StatusOr<transport::PubAck>> result;
  std::function<void()> then;
};

struct Messages final : transport::MessageSink {
  void OnMessage(transport::Message message) override {
    all.push_back(std::move(message));
    if (then) then();
  }
  std::vector<std::string> bodies() const;

  std::deque<transport::Message> all;
  std::function<void()> then;
};

struct States final : transport::StateSink {
  void OnState(transport::State state, std::string_view reason) override {
    all.push_back(state);
    reasons.emplace_back(reason);
  }
  std::vector<transport::State> all;
  std::vector<std::string> reasons;
};

// A Task that runs beside the test.
template <class T>
class Pending {
 public:
  explicit Pending(FakeClock& clock, Task<T> task) {
    Spawn(clock.executor(), Keep(std::move(task), result_),
          [](absl::Status) {});
    clock.Poll();
  }
  bool done() const { return result_->has_value(); }
  const T& operator*() const { return **result_; }

 private:
  static Task<absl::Status> Keep(Task<T> task,
                                 std::shared_ptr<std::optional<T>> result) {
    result->emplace(co_await std::move(task));
    co_return absl::OkStatus();
  }
  std::shared_ptr<std::optional<T>> result_ =
      std::make_shared<std::optional<T>>();
};

class MemoryTest : public ::testing::Test {
 protected:
  MemoryTest() { Restart({}); }
  void TearDown() override;

  // Another server, of another version, and a transport of it.
  void Restart(const MemoryServerOptions& options);

  template <class T>
  T Run(Task<T> task) {
    if (io_.stopped()) io_.restart();
    return RunTask(io_, std::move(task));
  }
  absl::Time now() const { return clock_.Now(); }
  absl::Time Soon() const { return clock_.Now() + absl::Seconds(10); }

  // A stream "s" of its own subject, with the durable consumer "c".
  void MakeConsumer(absl::Duration ack_wait = absl::Seconds(30));
  void OpenFlow(int want);
  // Waits for its answer.
  absl::StatusOr<transport::PubAck> Publish(std::string_view body,
                                            transport::Expect expect = {});
  transport::ConsumerInfo Consumer();

  static transport::Outgoing To(std::string_view subject,
                                std::string_view body = "") {
    return {.subject = subject, .headers = {}, .body = body, .reply = {}};
  }

  boost::asio::io_context io_;
  FakeClock clock_{io_};
  std::unique_ptr<MemoryServer> server_;
  std::unique_ptr<transport::Transport> transport_;
  Deliveries deliveries_;
  std::unique_ptr<transport::Flow> flow_;
};

}  // namespace walnats::testing
