#include "walnats/testing/memory/message.h"

#include <cassert>
#include <string>

#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

using transport::StoredHeader;

constexpr std::string_view kAckPrefix = "$JS.ACK.";

struct Held {
  model::StoredPtr message;
  std::string ack_subject;
};

std::optional<std::string_view> Find(void* raw, std::string_view name) {
  for (const StoredHeader& header : static_cast<Held*>(raw)->message->headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

void Visit(void* raw, transport::HeaderVisitor visitor) {
  for (const StoredHeader& header : static_cast<Held*>(raw)->message->headers) {
    visitor(Header{header.name, header.value});
  }
}

constexpr transport::Message::Ops kOps = {
    .destroy = [](void* raw) { delete static_cast<Held*>(raw); },
    .find = Find,
    .visit = Visit,
};

std::string AckSubject(const model::Deliver& delivery) {
  const model::DeliveryId& id = delivery.id;
  return Cat(kAckPrefix, id.stream, ".", id.consumer, ".", id.delivered, ".",
             id.stream_sequence, ".", id.consumer_sequence, ".",
             absl::ToUnixNanos(delivery.message->time), ".", delivery.pending);
}

}  // namespace

transport::Delivery MakeDelivery(const model::Deliver& delivery) {
  const model::DeliveryId& id = delivery.id;
  auto* held = new Held{delivery.message, AckSubject(delivery)};
  const std::string_view reply = held->ack_subject;
  transport::DeliveryInfo info;
  info.stream = reply.substr(kAckPrefix.size(), id.stream.size());
  info.consumer = reply.substr(kAckPrefix.size() + id.stream.size() + 1,
                               id.consumer.size());
  info.stream_sequence = id.stream_sequence;
  info.consumer_sequence = id.consumer_sequence;
  info.delivered = id.delivered;
  info.pending = delivery.pending;
  info.time = held->message->time;
  const transport::StoredMessage& stored = *held->message;
  return transport::Delivery(
      transport::Message(stored.subject, reply, stored.body, held, &kOps),
      info);
}

model::DeliveryId IdOf(const transport::Delivery& delivery) {
  assert(delivery.message().owns() && "settled before");
  const transport::DeliveryInfo& info = delivery.info();
  return {.stream = std::string(info.stream),
          .consumer = std::string(info.consumer),
          .stream_sequence = info.stream_sequence,
          .consumer_sequence = info.consumer_sequence,
          .delivered = info.delivered};
}

}  // namespace walnats::testing
