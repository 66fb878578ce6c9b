#pragma once

// A consumer "c" of a stream "s" that has delivered everything, for tests of
// what becomes of it then.

#include <memory>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {

// A consumer's ack_wait in these tests, and a time in which it does not pass.
inline constexpr absl::Duration kAckWait = absl::Milliseconds(200);
inline constexpr absl::Duration kNever = absl::Minutes(10);
// What real time takes from a wait, between the server's socket and ours.
inline constexpr absl::Duration kOnTheWay = absl::Milliseconds(20);

class Settling : public Contract {
 protected:
  // Stream "s" with `count` messages and a consumer "c", and a flow that has
  // got them all and wants more.
  void Start(int count, absl::Duration ack_wait = kAckWait) {
    transport::ConsumerConfig config = ConsumerOf("c", {"s"});
    config.ack_wait = ack_wait;
    Start(count, config);
  }
  void Start(int count, const transport::ConsumerConfig& config) {
    MakeStream(StreamOf("s"));
    MakeConsumer("s", config);
    PublishMany("s", count);
    deliveries_ = std::make_unique<Deliveries>(clock());
    flow_ = Open("s", "c", *deliveries_);
    Pull(*flow_, *deliveries_, count);
    flow_->Want(100);
  }
  void TearDown() override {
    flow_.reset();
    if (deliveries_ != nullptr) deliveries_->all.clear();
    Contract::TearDown();
  }

  bool Comes(std::size_t count = 1) {
    return Until([&] { return deliveries_->all.size() >= count; });
  }
  // How long after the first delivery the nth came.
  absl::Duration After(std::size_t n) const {
    return deliveries_->times.at(n) - deliveries_->times.at(0);
  }
  bool AllSettled() {
    return Until([&] { return Consumer("s", "c").ack_pending == 0; });
  }
  absl::Time Past() { return clock().Now() - absl::Milliseconds(1); }

  std::unique_ptr<Deliveries> deliveries_;
  std::unique_ptr<transport::Flow> flow_;
};

}  // namespace walnats::contract
