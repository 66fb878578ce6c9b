#pragma once

// A nats-server without sockets: JetStream's model behind the second seam. It
// speaks frames, $JS.API.> in JSON, PubAcks, ack subjects and pull statuses as
// the real one does, so that everything above nats/wire.h runs against it, in
// fake time, over a network that may be as bad as the test likes:
//
//   FrameServer server(clock, {.version = kOldest, .seed = 7});
//   server.SetNetwork({.max_delay = absl::Milliseconds(5), .drop = 0.01});
//   FrameConnector connector(server);  // each Connect is one more client

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/time/time.h"
#include "walnats/nats/jetstream.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/testing/jetstream_model/model.h"
#include "walnats/transport/connector.h"

namespace walnats::nats {

// How frames travel between each client and the server, in both directions.
// Probabilities are per message: interest (SUB, UNSUB) always arrives, and
// nothing overtakes it. What is not reordered keeps its order.
struct Network {
  absl::Duration min_delay = absl::ZeroDuration();
  absl::Duration max_delay = absl::ZeroDuration();
  double drop = 0;
  double duplicate = 0;
  double reorder = 0;  // overtakes what was sent before it
};

struct FrameServerOptions {
  testing::model::Version version = testing::model::kNewest;
  int64_t max_payload = 1 << 20;
  uint64_t seed = 0;  // of everything that is random
};

class FrameServer {
 public:
  // `clock` outlives it; it outlives its wires.
  explicit FrameServer(TimerQueue& clock, FrameServerOptions options = {});
  ~FrameServer();

  // One more client, numbered from 1; down while the server is away.
  std::unique_ptr<Wire> Connect();

  testing::model::Model& model();
  // Sends what has come out of the model; after changing it from outside.
  void Pump();

  // ---- faults
  void SetNetwork(const Network& network);
  // `client` 0 means all of them.

  // Connections are lost with every frame on them. They come back by
  // themselves after `pause`.
  void Disconnect(uint64_t client, absl::Duration pause);
  // As a real one: connections lost, pulls and memory streams gone.
  void Restart(absl::Duration pause);
  void LameDuck(uint64_t client);
  // Nothing is read from or written to the client's connection meanwhile.
  void Stall(uint64_t client, absl::Duration pause);
  // The stream's pulls end with a 409. No API answers, no PubAcks, no pulls for
  // a stream without a leader, then a new one.
  void ChangeLeader(const std::string& stream, absl::Duration pause);

  // ---- what passes
  // Every frame that a client sends, as and when it hands it to its wire.
  using ClientHook =
      std::function<void(uint64_t client, const transport::Outgoing& frame)>;
  void SetClientHook(ClientHook hook);
  // Every frame that is handed to a client's sink, just before.
  using ServerHook =
      std::function<void(uint64_t client, const transport::Message& frame)>;
  void SetServerHook(ServerHook hook);

 private:
  class Core;
  const std::unique_ptr<Core> core_;
};

// JetStream over a FrameServer, for Services and the contract.
class FrameConnector : public transport::Connector {
 public:
  explicit FrameConnector(FrameServer& server, JetStreamOptions options = {})
      : server_(server), options_(options) {}

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect(
      TimerQueue& clock) override;

 private:
  FrameServer& server_;
  const JetStreamOptions options_;
};

}  // namespace walnats::nats
