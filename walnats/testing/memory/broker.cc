#include "walnats/testing/memory/broker.h"

#include <utility>

#include "walnats/testing/memory/link.h"
#include "walnats/testing/memory/pub_ack_json.h"

namespace walnats::testing {
namespace {

transport::ServerInfo Describe(const MemoryServerOptions& options) {
  transport::ServerInfo info;
  info.name = "memory";
  info.version = model::ToString(options.version);
  info.url = "memory";
  info.max_payload = options.max_payload;
  info.features = model::FeaturesOf(options.version);
  return info;
}

}  // namespace

MemoryBroker::MemoryBroker(TimerQueue& clock,
                           const MemoryServerOptions& options)
    : clock_(clock),
      info_(Describe(options)),
      model_({.version = options.version, .max_payload = options.max_payload},
             clock.Now()),
      turns_(clock.executor()),
      timer_(clock, [this] {
        model();
        Pump();
      }) {}

model::Model& MemoryBroker::model() {
  model_.AdvanceTo(clock_.Now());
  return model_;
}

void MemoryBroker::Pump() {
  // An advisory may be stored, and so make others.
  for (std::vector<model::Action> actions = model_.TakeActions();
       !actions.empty(); actions = model_.TakeActions()) {
    for (model::Action& action : actions) Dispatch(action);
  }
  const absl::Time next = model_.next();
  if (next == absl::InfiniteFuture()) {
    timer_.Cancel();
  } else if (next != timer_.when()) {
    timer_.Set(next);
  }
}

void MemoryBroker::Dispatch(model::Action& action) {
  if (const auto* advisory = std::get_if<model::Advisory>(&action)) {
    Carry({.subject = advisory->subject,
           .headers = {},
           .body = advisory->body,
           .reply = {}});
    return;
  }
  auto* const delivery = std::get_if<model::Deliver>(&action);
  const uint64_t client =
      delivery != nullptr ? delivery->inbox.client
                          : std::get<model::PullStatus>(action).inbox.client;
  const auto found = links_.find(client);
  if (found == links_.end()) return;
  if (delivery != nullptr) {
    found->second->Deliver(std::move(*delivery));
  } else {
    found->second->Tell(std::move(std::get<model::PullStatus>(action)));
  }
}

Carried MemoryBroker::Carry(const transport::Outgoing& message) {
  Carried carried;
  carried.answer = model().Publish(message);
  for (const SubjectRouter::Id id : router_.Match(message.subject)) {
    carried.received = true;
    receivers_.at(id)->Receive(message);
  }
  return carried;
}

void MemoryBroker::Answer(const Carried& carried, std::string_view reply) {
  if (!carried.answer || reply.empty()) return;
  const std::string body = PubAckJson(*carried.answer);
  Carry({.subject = reply, .headers = {}, .body = body, .reply = {}});
}

SubjectRouter::Id MemoryBroker::Listen(std::string_view subject,
                                       std::string_view queue,
                                       Receiver& receiver) {
  const SubjectRouter::Id id = router_.Add(subject, queue);
  if (id != 0) receivers_.emplace(id, &receiver);
  return id;
}

void MemoryBroker::Unlisten(SubjectRouter::Id id) {
  router_.Remove(id);
  receivers_.erase(id);
}

uint64_t MemoryBroker::Join(MemoryLink& link) {
  links_.emplace(++last_link_, &link);
  return last_link_;
}

void MemoryBroker::Leave(MemoryLink& link) { links_.erase(link.id()); }

Settled MemoryBroker::Settle(const model::DeliveryId& id,
                             const model::Settlement& settlement) {
  const bool pulse = std::holds_alternative<model::InProgress>(settlement);
  if (!pulse && drops_ > 0) {
    --drops_;
    return Settled::kDropped;
  }
  const bool taken = model().Settle(id, settlement);
  if (witness_ != nullptr) witness_->OnSettled(id, settlement);
  Pump();
  return taken ? Settled::kTaken : Settled::kNoConsumer;
}

void MemoryBroker::Witnessed(const transport::DeliveryInfo& delivery) {
  if (witness_ != nullptr) witness_->OnDelivered(delivery);
}

void MemoryBroker::Disconnect(std::string_view reason) {
  connected_ = false;
  for (const auto& [id, link] : links_) link->GoDown(reason);
}

void MemoryBroker::Reconnect() {
  connected_ = true;
  for (const auto& [id, link] : links_) link->GoUp();
}

}  // namespace walnats::testing
