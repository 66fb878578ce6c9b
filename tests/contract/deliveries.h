#pragma once

// Keeps what a flow brings, in the order in which it came.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "walnats/clock.h"
#include "walnats/transport/flow.h"
#include "walnats/transport/transport.h"

namespace walnats::contract {

class Deliveries final : public transport::DeliverySink {
 public:
  // `clock` outlives it: Contract::clock().
  explicit Deliveries(const Clock& clock) : clock_(clock) {}

  // The one that came first and was not taken yet; of those of a sequence. If
  // there is none, the test has failed, and goes on with an empty one.
  transport::Delivery Take();
  transport::Delivery Take(uint64_t stream_sequence);

  // Of what is there: stream sequences, and bodies.
  std::vector<uint64_t> Sequences() const;
  std::vector<std::string> Bodies() const;

  // When the nth delivery ever came, from 0; `times[1] - times[0]` says how
  // long the server let pass, and does not depend on how busy the machine is.
  std::vector<absl::Time> times;

  std::deque<transport::Delivery> all;
  std::vector<transport::FlowEvent> events;
  int idles = 0;

 private:
  void OnDelivery(transport::Delivery delivery) override {
    times.push_back(clock_.Now());
    all.push_back(std::move(delivery));
  }
  void OnIdle() override { ++idles; }
  void OnFlowEvent(transport::FlowEvent event, std::string_view) override {
    events.push_back(event);
  }

  const Clock& clock_;
};

// Keeps what a subscription of core NATS brings.
struct Messages final : transport::MessageSink {
  void OnMessage(transport::Message message) override {
    all.push_back(std::move(message));
  }
  std::vector<std::string> Bodies() const;

  std::vector<transport::Message> all;
};

}  // namespace walnats::contract
