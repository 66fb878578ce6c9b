#pragma once

// One consumer's deliveries to one sink: the Pull that decides, the requests it
// wants on the wire, and its timer.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "walnats/nats/flows.h"
#include "walnats/nats/pull.h"
#include "walnats/nats/pull_status.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

// Its sink may destroy it inside any of its calls.
class PullFlow : public transport::Flow {
 public:
  // `flows` forgets it when either of them dies.
  PullFlow(Flows& flows, uint64_t id, const std::string& stream,
           const std::string& consumer, const transport::FlowOptions& options,
           transport::DeliverySink& sink);
  ~PullFlow() override;

  void Want(int count) override;
  void Stop() override;
  void Restart() override;
  void Wake() override;

  // "<stream>.<consumer>"
  const std::string& key() const { return key_; }
  uint64_t id() const { return id_; }
  // No backlog was behind the last delivery, or it was not asked for.
  bool dry() const { return backlog_ == 0 || pull_.outstanding() == 0; }

  // The calls of Flows.
  void OnDelivery(transport::Message message, transport::DeliveryInfo& info);
  void OnStatus(uint64_t pull, const PullStatus& status);
  void OnIdle() { sink_.OnIdle(); }
  void OnUp();
  void OnDown();
  void Detach();

 private:
  friend class Flows;

  // Sends what the pull asks for and looks after the timer.
  void Advance(absl::Time now);
  void Request(uint64_t pull, const std::string& body);
  // False if the sink has destroyed the flow or closed its connection.
  bool Tell(std::optional<transport::FlowEvent> event);
  void OnTime();

  Flows* flows_;  // null once that is closed
  const uint64_t id_;
  const std::string key_;
  const std::string request_subject_;
  const transport::FlowOptions options_;
  transport::DeliverySink& sink_;
  Pull pull_;
  uint64_t backlog_ = 0;
  Timer timer_;
  bool* gone_ = nullptr;  // set when it dies inside its sink
  bool touched_ = false;  // since the last OnIdle; kept by Flows
};

}  // namespace walnats::nats
