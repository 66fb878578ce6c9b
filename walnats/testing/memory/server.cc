#include "walnats/testing/memory/server.h"

#include <cassert>
#include <utility>

#include "walnats/testing/memory/broker.h"
#include "walnats/testing/memory/transport.h"

namespace walnats::testing {

MemoryServer::MemoryServer(TimerQueue& clock, MemoryServerOptions options)
    : broker_(std::make_unique<MemoryBroker>(clock, options)) {}

MemoryServer::~MemoryServer() = default;

std::unique_ptr<transport::Transport> MemoryServer::Connect() {
  return std::make_unique<MemoryTransport>(*broker_);
}

Task<absl::StatusOr<std::unique_ptr<transport::Transport>>>
MemoryServer::Connect([[maybe_unused]] TimerQueue& clock) {
  assert(&clock == &broker_->clock());
  if (!broker_->connected()) {
    co_return absl::UnavailableError("connect: the server is disconnected");
  }
  co_return Connect();
}

model::Model& MemoryServer::model() { return broker_->model(); }

void MemoryServer::Pump() { broker_->Pump(); }

void MemoryServer::SetWitness(Witness* witness) {
  broker_->SetWitness(witness);
}

void MemoryServer::Disconnect(std::string_view reason) {
  broker_->Disconnect(reason);
}

void MemoryServer::Reconnect() { broker_->Reconnect(); }

void MemoryServer::DropSettlements(int count) {
  broker_->DropSettlements(count);
}

}  // namespace walnats::testing
