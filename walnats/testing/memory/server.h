#pragma once

// A server in this process, in the time of the test: JetStream's model behind
// the first seam. Everything happens on the clock's thread, and nothing inside
// the call that asked for it: answers, deliveries and states come with the
// executor's next turns.
//
//   MemoryServer server(clock);
//   std::unique_ptr<transport::Transport> transport = server.Connect();

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/testing/jetstream_model/model.h"
#include "walnats/transport/connector.h"
#include "walnats/transport/transport.h"

namespace walnats::testing {

class MemoryBroker;

// Sees every delivery, and how it was settled.
class Witness {
 public:
  virtual void OnDelivered(const transport::DeliveryInfo&) {}
  // As it reached the server: what was sent while the connection was down, or
  // dropped, does not.
  virtual void OnSettled(const model::DeliveryId&, const model::Settlement&) {}

 protected:
  ~Witness() = default;
};

struct MemoryServerOptions {
  model::Version version = model::kNewest;
  int64_t max_payload = 1 << 20;  // bytes, headers included
};

class MemoryServer : public transport::Connector {
 public:
  // `clock` outlives it; it outlives its transports.
  explicit MemoryServer(TimerQueue& clock, MemoryServerOptions options = {});
  ~MemoryServer() override;

  // Connected at once, also while others are not.
  std::unique_ptr<transport::Transport> Connect();
  // The same as a Connector; kUnavailable while disconnected.
  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect(
      TimerQueue& clock) override;

  // What the server holds. After changing it call Pump.
  model::Model& model();
  // Sends what has come out of the model, and sets the clock to its next time.
  void Pump();

  // At most one; nullptr forgets it.
  void SetWitness(Witness* witness);

  // ---- faults
  // Every transport loses its connection, and keeps trying until Reconnect.
  void Disconnect(std::string_view reason);
  void Reconnect();
  // The next `count` acks, naks and terms are lost on their way.
  void DropSettlements(int count);

 private:
  const std::unique_ptr<MemoryBroker> broker_;
};

}  // namespace walnats::testing
