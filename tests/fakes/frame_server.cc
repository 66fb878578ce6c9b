#include "tests/fakes/frame_server.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "tests/fakes/frame_jetstream.h"
#include "tests/fakes/frame_network.h"
#include "tests/fakes/frame_routes.h"
#include "tests/fakes/frame_wire.h"
#include "walnats/base/strings.h"

namespace walnats::nats {

namespace model = testing::model;

class FrameServer::Core final : public FrameHub {
 public:
  Core(TimerQueue& clock, const FrameServerOptions& options);

  std::unique_ptr<Wire> Connect();
  FrameJetStream& jetstream() { return jetstream_; }

  void Disconnect(uint64_t client, std::string_view reason,
                  absl::Duration pause);
  void Restart(absl::Duration pause);
  void LameDuck(uint64_t client);
  void Stall(uint64_t client, absl::Duration pause);

  // FrameHub
  FrameLink* Open(FrameWire& wire) override;
  absl::Time away_until() const override { return away_until_; }
  void Leave(FrameWire& wire, bool announced) override;
  void Forget(FrameWire& wire) override { wires_.erase(wire.client()); }
  const transport::ServerInfo& info() const override { return info_; }
  void OnClientFrame(uint64_t client,
                     const transport::Outgoing& frame) override {
    if (client_hook_) client_hook_(client, frame);
  }
  void OnServerFrame(uint64_t client,
                     const transport::Message& frame) override {
    if (server_hook_) server_hook_(client, frame);
  }

  TimerQueue& clock_;
  Network network_;
  ClientHook client_hook_;
  ServerHook server_hook_;

 private:
  // One connection: a link each way.
  struct Session final : FrameLink::Receiver {
    Session(Core& its_core, uint64_t its_number, FrameWire& its_wire)
        : core(its_core),
          number(its_number),
          wire(&its_wire),
          to_server(core.clock_, core.dice_, core.network_, *this),
          to_client(core.clock_, core.dice_, core.network_, its_wire) {}
    void OnFrames(std::vector<Frame> frames) override {
      core.OnFrames(*this, frames);
    }
    // 0 stands for every client.
    bool IsOf(uint64_t client) const {
      return wire != nullptr && (client == 0 || client == wire->client());
    }

    Core& core;
    const uint64_t number;
    FrameWire* wire;  // null once it has left
    FrameLink to_server;
    FrameLink to_client;
  };

  Session* Find(uint64_t client);
  void OnFrames(Session& session, const std::vector<Frame>& frames);
  void OnPublish(Session& session, const FrameText& message);
  void End(Session& session);

  FrameDice dice_;
  FrameRoutes routes_;
  FrameJetStream jetstream_;
  transport::ServerInfo info_;
  absl::Time away_until_ = absl::InfinitePast();
  std::map<uint64_t, FrameWire*> wires_;
  std::map<uint64_t, std::unique_ptr<Session>> sessions_;
  uint64_t last_client_ = 0;
  uint64_t last_session_ = 0;
};

FrameServer::Core::Core(TimerQueue& clock, const FrameServerOptions& options)
    : clock_(clock),
      dice_(options.seed),
      jetstream_(
          clock, routes_,
          {.version = options.version, .max_payload = options.max_payload}) {
  info_ = {.name = "frame-server",
           .version = model::ToString(options.version),
           .url = "nats://frame-server:4222",
           .max_payload = options.max_payload,
           .features = {}};
}

// ---- connections

std::unique_ptr<Wire> FrameServer::Core::Connect() {
  const uint64_t client = ++last_client_;
  auto wire = std::make_unique<FrameWire>(*this, clock_, client);
  wires_[client] = wire.get();
  return wire;
}

FrameLink* FrameServer::Core::Open(FrameWire& wire) {
  if (away_until_ > clock_.Now()) return nullptr;
  const uint64_t number = ++last_session_;
  auto session = std::make_unique<Session>(*this, number, wire);
  routes_.Begin(number, session->to_client);
  return &(sessions_[number] = std::move(session))->to_server;
}

FrameServer::Core::Session* FrameServer::Core::Find(uint64_t client) {
  for (const auto& [number, session] : sessions_) {
    if (session->IsOf(client)) return session.get();
  }
  return nullptr;
}

void FrameServer::Core::Leave(FrameWire& wire, bool announced) {
  Session* const session = Find(wire.client());
  session->wire = nullptr;
  session->to_client.Cut();
  if (!announced) End(*session);
}

void FrameServer::Core::End(Session& session) {
  const uint64_t number = session.number;
  routes_.End(number);
  sessions_.erase(number);
  jetstream_.DropInterest(number, ">");
}

// ---- frames

void FrameServer::Core::OnFrames(Session& session,
                                 const std::vector<Frame>& frames) {
  for (const Frame& frame : frames) {
    if (frame.kind == Frame::Kind::kMessage) {
      OnPublish(session, *frame.text);
    } else if (frame.kind == Frame::Kind::kSubscribe) {
      routes_.Subscribe(session.number, frame.subscription, frame.text->subject,
                        frame.text->queue);
    } else if (frame.kind == Frame::Kind::kUnsubscribe) {
      const std::string ended =
          routes_.Unsubscribe(session.number, frame.subscription);
      if (!ended.empty()) jetstream_.DropInterest(session.number, ended);
    } else if (frame.kind == Frame::Kind::kEnd) {
      if (session.wire != nullptr) session.wire->OnEnded();
      End(session);
      break;
    }
  }
  jetstream_.Pump();
}

void FrameServer::Core::OnPublish(Session& session, const FrameText& message) {
  const bool heard =
      routes_.Send(message.subject, std::make_shared<const FrameText>(message));
  const bool taken = jetstream_.Take(session.number, message);
  if (heard || taken || message.reply.empty()) return;
  const Header status{"Status", "503"};
  routes_.Send({.subject = message.reply,
                .headers = {&status, 1},
                .body = {},
                .reply = {}});
}

// ---- faults

void FrameServer::Core::Disconnect(uint64_t client, std::string_view reason,
                                   absl::Duration pause) {
  const absl::Time back_at = clock_.Now() + pause;
  for (const auto& [number, wire] : wires_) {
    if (client != 0 && client != number) continue;
    if (Session* const session = Find(number)) End(*session);
    wire->OnLost(reason, back_at);
  }
}

void FrameServer::Core::Restart(absl::Duration pause) {
  away_until_ = std::max(away_until_, clock_.Now() + pause);
  while (!sessions_.empty()) End(*sessions_.begin()->second);
  for (const auto& [number, wire] : wires_) {
    wire->OnLost("the server has gone", away_until_);
  }
  jetstream_.Restart();
}

void FrameServer::Core::LameDuck(uint64_t client) {
  for (const auto& [number, session] : sessions_) {
    if (!session->IsOf(client)) continue;
    session->to_client.Send({.kind = Frame::Kind::kLameDuck});
  }
}

void FrameServer::Core::Stall(uint64_t client, absl::Duration pause) {
  const absl::Time until = clock_.Now() + pause;
  for (const auto& [number, session] : sessions_) {
    if (!session->IsOf(client)) continue;
    session->to_server.Hold(until);
    session->to_client.Hold(until);
    session->wire->Hold(until);
  }
}

// ---- the facade

FrameServer::FrameServer(TimerQueue& clock, FrameServerOptions options)
    : core_(std::make_unique<Core>(clock, options)) {}

FrameServer::~FrameServer() = default;

std::unique_ptr<Wire> FrameServer::Connect() { return core_->Connect(); }

model::Model& FrameServer::model() { return core_->jetstream().model(); }

void FrameServer::Pump() { core_->jetstream().Pump(); }

void FrameServer::SetNetwork(const Network& network) {
  core_->network_ = network;
}

void FrameServer::Disconnect(uint64_t client, absl::Duration pause) {
  core_->Disconnect(client, "cut by the network", pause);
}

void FrameServer::Restart(absl::Duration pause) { core_->Restart(pause); }

void FrameServer::LameDuck(uint64_t client) { core_->LameDuck(client); }

void FrameServer::Stall(uint64_t client, absl::Duration pause) {
  core_->Stall(client, pause);
}

void FrameServer::ChangeLeader(const std::string& stream,
                               absl::Duration pause) {
  core_->jetstream().ChangeLeader(stream, core_->clock_.Now() + pause);
}

void FrameServer::SetClientHook(ClientHook hook) {
  core_->client_hook_ = std::move(hook);
}

void FrameServer::SetServerHook(ServerHook hook) {
  core_->server_hook_ = std::move(hook);
}

// ---- the connector

Task<absl::StatusOr<std::unique_ptr<transport::Transport>>>
FrameConnector::Connect(TimerQueue& clock) {
  auto start = JetStream::Start(server_.Connect(), clock, options_);
  absl::StatusOr<std::unique_ptr<JetStream>> started =
      co_await std::move(start);
  if (!started.ok()) co_return started.status();
  co_return *std::move(started);
}

}  // namespace walnats::nats
