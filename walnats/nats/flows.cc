#include "walnats/nats/flows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/nats/ack_subject.h"
#include "walnats/nats/flow.h"
#include "walnats/nats/pull_status.h"

namespace walnats::nats {
namespace {

// No hex digit, with which the tokens of pulls begin.
constexpr char kEchoToken[] = "t";

// "<stream>.<consumer>" stands in every ack subject as it is.
std::string_view KeyOf(const transport::DeliveryInfo& info) {
  const char* const begin = info.stream.data();
  const char* const end = info.consumer.data() + info.consumer.size();
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

Flows::Flows(Wire& wire, TimerQueue& clock)
    : wire_(wire),
      clock_(clock),
      inbox_(Cat(wire.inbox(), "s.")),
      echo_timer_(clock, [this] { SendEcho(); }) {}

Flows::~Flows() { Close(); }

std::unique_ptr<transport::Flow> Flows::Open(
    const std::string& stream, const std::string& consumer,
    const transport::FlowOptions& options, transport::DeliverySink& sink) {
  const uint64_t id = ++last_id_;
  auto flow =
      std::make_unique<PullFlow>(*this, id, stream, consumer, options, sink);
  if (closed_) {
    flow->Detach();
    return flow;
  }
  if (interest_ == nullptr) {
    auto interest = wire_.Subscribe(Cat(inbox_, "*"), "", *this);
    if (interest.ok()) interest_ = *std::move(interest);
    SendEcho();
  }
  by_id_[id] = flow.get();
  by_key_[flow->key()] = flow.get();
  last_hit_ = nullptr;
  if (up_) flow->OnUp();
  return flow;
}

void Flows::OnMessage(transport::Message message) {
  if (!IsAckSubject(message.reply())) {
    OnStatus(message);
    return;
  }
  std::optional<transport::DeliveryInfo> info =
      ParseAckSubject(message.reply());
  if (!info) return;
  ++received_;
  PullFlow* const flow = Find(KeyOf(*info));
  if (flow == nullptr) return;
  if (!std::exchange(flow->touched_, true)) touched_.push_back(flow);
  flow->OnDelivery(std::move(message), *info);
}

PullFlow* Flows::Find(std::string_view key) {
  if (last_hit_ != nullptr && last_hit_->key() == key) return last_hit_;
  const auto found = by_key_.find(ToAbsl(key));
  if (found == by_key_.end()) return nullptr;
  last_hit_ = found->second;
  return last_hit_;
}

void Flows::OnStatus(const transport::Message& message) {
  std::string_view token = message.subject();
  if (!token.starts_with(inbox_)) return;
  token.remove_prefix(inbox_.size());
  if (token.starts_with(kEchoToken)) {
    uint64_t number = 0;
    token.remove_prefix(1);
    if (absl::SimpleHexAtoi(ToAbsl(token), &number)) echo_.OnBack(number);
    return;
  }
  const std::size_t dash = token.find('-');
  if (dash == std::string_view::npos) return;
  uint64_t id = 0;
  uint64_t pull = 0;
  if (!absl::SimpleHexAtoi(ToAbsl(token.substr(0, dash)), &id) ||
      !absl::SimpleHexAtoi(ToAbsl(token.substr(dash + 1)), &pull)) {
    return;
  }
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  const std::optional<PullStatus> status = ParsePullStatus(message);
  if (status) found->second->OnStatus(pull, *status);
}

void Flows::SendEcho() {
  if (!up_ || interest_ == nullptr) return;
  const absl::Time now = clock_.Now();
  const uint64_t number = echo_.Send(now);
  if (number == 0) return;
  const std::string subject = Cat(inbox_, kEchoToken, absl::Hex(number));
  wire_.Publish({.subject = subject, .headers = {}, .body = {}, .reply = {}})
      .IgnoreError();
  echo_timer_.Set(now + Echo::kInterval);
}

// A sink may destroy its own flow and others, and open new ones.
void Flows::OnIdle() {
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    PullFlow* const flow = std::exchange(touched_[i], nullptr);
    if (flow == nullptr) continue;
    flow->touched_ = false;
    flow->OnIdle();
  }
  touched_.clear();
}

void Flows::OnUp() {
  up_ = true;
  echo_.Reset();
  SendEcho();
  for (const auto& [id, flow] : by_id_) flow->OnUp();
}

void Flows::OnDown() {
  up_ = false;
  echo_timer_.Cancel();
  for (const auto& [id, flow] : by_id_) flow->OnDown();
}

void Flows::Stop() {
  for (const auto& [id, flow] : by_id_) flow->Stop();
}

bool Flows::dry() const {
  return std::ranges::all_of(
      by_id_, [](const auto& entry) { return entry.second->dry(); });
}

void Flows::Close() {
  closed_ = true;
  EndInterest();
  for (const auto& [id, flow] : by_id_) flow->Detach();
  by_id_.clear();
  by_key_.clear();
  last_hit_ = nullptr;
  touched_.clear();
}

void Flows::Forget(PullFlow& flow) {
  by_id_.erase(flow.id());
  const auto found = by_key_.find(flow.key());
  if (found != by_key_.end() && found->second == &flow) by_key_.erase(found);
  if (last_hit_ == &flow) last_hit_ = nullptr;
  if (flow.touched_) std::ranges::replace(touched_, &flow, nullptr);
}

}  // namespace walnats::nats
