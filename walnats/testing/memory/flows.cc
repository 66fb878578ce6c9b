#include "walnats/testing/memory/flows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/testing/memory/flow.h"

namespace walnats::testing {

MemoryFlows::MemoryFlows(MemoryLink& link)
    : link_(link), inbox_(Cat(link.inbox(), "s.")) {}

MemoryFlows::~MemoryFlows() { Close(); }

std::unique_ptr<transport::Flow> MemoryFlows::Open(
    const std::string& stream, const std::string& consumer,
    const transport::FlowOptions& options, transport::DeliverySink& sink) {
  const uint64_t id = ++last_id_;
  auto flow =
      std::make_unique<MemoryFlow>(*this, id, stream, consumer, options, sink);
  if (closed_) {
    flow->Detach();
  } else {
    flows_.emplace(id, flow.get());
  }
  return flow;
}

std::string MemoryFlows::Inbox(uint64_t flow, uint64_t pull) const {
  return Cat(inbox_, flow, ".", pull);
}

std::string MemoryFlows::Inboxes(uint64_t flow) const {
  return Cat(inbox_, flow, ".*");
}

MemoryFlows::Address MemoryFlows::Read(std::string_view inbox) const {
  const std::string_view token = inbox.substr(inbox_.size());
  const std::size_t dot = token.find('.');
  uint64_t id = 0;
  Address address;
  if (absl::SimpleAtoi(ToAbsl(token.substr(0, dot)), &id) &&
      absl::SimpleAtoi(ToAbsl(token.substr(dot + 1)), &address.pull)) {
    address.flow = Find(id);
  }
  return address;
}

void MemoryFlows::OnDelivery(const model::Deliver& delivery) {
  const Address address = Read(delivery.inbox.subject);
  if (address.flow != nullptr) {
    address.flow->OnDelivery(address.pull, delivery);
  }
}

void MemoryFlows::OnStatus(const model::PullStatus& status) {
  const Address address = Read(status.inbox.subject);
  if (address.flow != nullptr) address.flow->OnStatus(address.pull, status);
}

void MemoryFlows::Touch(MemoryFlow& flow) {
  if (std::ranges::count(touched_, &flow) > 0) return;
  if (touched_.empty()) link_.AtEndOfTurn([this] { OnIdle(); });
  touched_.push_back(&flow);
}

// A sink may destroy its own flow and others, and open new ones; it may close
// the transport too.
void MemoryFlows::OnIdle() {
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    MemoryFlow* const flow = std::exchange(touched_[i], nullptr);
    if (flow != nullptr) flow->OnIdle();
  }
  touched_.clear();
}

void MemoryFlows::OnUp() {
  for (const auto& [id, flow] : flows_) flow->OnUp();
}

void MemoryFlows::OnDown() {
  for (const auto& [id, flow] : flows_) flow->OnDown();
}

void MemoryFlows::Stop() {
  for (const auto& [id, flow] : flows_) flow->Stop();
}

void MemoryFlows::Close() {
  closed_ = true;
  for (const auto& [id, flow] : flows_) flow->Detach();
  flows_.clear();
  touched_.clear();
}

MemoryFlow* MemoryFlows::Find(uint64_t id) const {
  const auto found = flows_.find(id);
  return found == flows_.end() ? nullptr : found->second;
}

void MemoryFlows::Forget(MemoryFlow& flow) {
  flows_.erase(flow.id());
  std::ranges::replace(touched_, &flow, nullptr);
}

}  // namespace walnats::testing
