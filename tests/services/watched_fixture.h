#pragma once

// An actor "mailer" of "shop.order" before a FakeServer, in fake time, with a
// StreamWatch and a Recovery that look after it, and what they tell observers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/services/fake_server.h"
#include "tests/services/note.h"
#include "walnats/base/strings.h"
#include "walnats/log.h"
#include "walnats/services/recovery.h"
#include "walnats/services/register_plan.h"
#include "walnats/services/stream_watch.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::internal {

inline constexpr NoteEvent kWatchedOrder("shop.order");

// "consumer missing begins", "consumer missing ends".
class ConditionLog final : public Observer {
 public:
  void OnCondition(const Condition& condition, bool begun) override {
    lines.push_back(Cat(ToString(condition.kind), begun ? " begins" : " ends"));
    details.push_back(condition.detail);
  }
  std::vector<std::string> lines;
  std::vector<std::string> details;
};

class NoDeadLetters final : public DeadSink {
 public:
  Task<absl::Status> Store(const v1::DeadLetter&) override {
    co_return absl::OkStatus();
  }
};

class WatchedFixture : public ::testing::Test {
 protected:
  WatchedFixture() {
    SetLogLevel(LogLevel::kOff);
    server_.PutStream(declared_stream_);
    server_.PutConsumer("shop-order", declared_);
    streams_.AddStream(declared_stream_, stream().created, acknowledged_);
    streams_.AddRunner(runner_);
    runner_.Begin();
  }
  ~WatchedFixture() override {
    streams_.Stop();
    recovery_.Stop();
    clock_.Advance(absl::Seconds(10));
    SetLogLevel(LogLevel::kWarning);
  }

  transport::StreamInfo& stream() { return server_.streams.at("shop-order"); }
  void Watch(uint64_t floor) { recovery_.Watch(runner_, declared_, floor); }
  void DeleteConsumer() { server_.consumers.clear(); }
  // What the flow says when it finds its consumer gone.
  void Miss() {
    server_.flow().Tell(transport::FlowEvent::kConsumerMissing, "deleted");
    clock_.Poll();
  }
  // Nothing without a consumer.
  std::optional<transport::ConsumerConfig> consumer() const {
    const auto found = server_.consumers.find({"shop-order", "mailer"});
    if (found == server_.consumers.end()) return std::nullopt;
    return found->second.config;
  }
  std::string problem() const { return runner_.Health().problem; }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  testing::FakeServer server_{clock_};
  std::vector<std::string> handled_;
  const Actor actor_{"mailer", kWatchedOrder, [this](const Note& note) {
                       handled_.push_back(note.text);
                     }};
  const transport::ConsumerConfig declared_ =
      ConsumerConfigOf(actor_, "shop", server_.info.features);
  const transport::StreamConfig declared_stream_ =
      *StreamConfigOf(kWatchedOrder, server_.info.features, false);
  std::atomic<uint64_t> acknowledged_{0};
  Limiter jobs_{100};
  NoDeadLetters dead_;
  const std::shared_ptr<ConditionLog> told_ = std::make_shared<ConditionLog>();
  const std::vector<std::shared_ptr<Observer>> observers_{told_};
  Conditions conditions_{clock_, observers_};
  ActorRunner runner_{
      ActorScope{actor_, "shop", "1",
                 std::make_shared<ClientCore>(
                     std::shared_ptr<boost::asio::io_context>(
                         std::shared_ptr<void>(), &io_),
                     std::shared_ptr<Clock>(std::shared_ptr<void>(), &clock_)),
                 clock_},
      RunnerEnvironment{
          server_, clock_, jobs_, dead_, conditions_, observers_, {}, {}},
      [this] { recovery_.Recover(runner_); },
      [this] { streams_.Doubt(runner_); }};
  StreamWatch streams_{server_, clock_, conditions_, absl::Seconds(10)};
  Recovery recovery_{server_, clock_, conditions_, streams_, absl::Seconds(10)};
};

}  // namespace walnats::internal
