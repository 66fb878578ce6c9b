#include "walnats/transport/owned_message.h"

#include <string>
#include <vector>

namespace walnats::transport {
namespace {

struct Owned {
  struct Pair {
    std::string name;
    std::string value;
  };
  std::string subject;
  std::string reply;
  std::string body;
  std::string stream;    // of a copied delivery's info
  std::string consumer;  //
  std::vector<Pair> headers;
};

std::optional<std::string_view> Find(void* raw, std::string_view name) {
  for (const Owned::Pair& header : static_cast<Owned*>(raw)->headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

void Visit(void* raw, HeaderVisitor visitor) {
  for (const Owned::Pair& header : static_cast<Owned*>(raw)->headers) {
    visitor(Header{header.name, header.value});
  }
}

constexpr Message::Ops kOps = {
    .destroy = [](void* raw) { delete static_cast<Owned*>(raw); },
    .find = Find,
    .visit = Visit,
};

Message View(Owned& owned) {
  return Message(owned.subject, owned.reply, owned.body, &owned, &kOps);
}

}  // namespace

Message OwnedMessage(std::string_view subject, std::string_view reply,
                     std::span<const Header> headers, std::string_view body) {
  auto* owned = new Owned{
      std::string(subject), std::string(reply), std::string(body), {}, {}, {}};
  for (const Header& header : headers) {
    owned->headers.push_back(
        {std::string(header.name), std::string(header.value)});
  }
  return View(*owned);
}

Delivery CopyOf(const Delivery& delivery) {
  const Message& message = delivery.message();
  DeliveryInfo info = delivery.info();
  auto* owned =
      new Owned{std::string(message.subject()), std::string(message.reply()),
                std::string(message.body()),    std::string(info.stream),
                std::string(info.consumer),     {}};
  message.VisitHeaders([&](const Header& header) {
    owned->headers.push_back(
        {std::string(header.name), std::string(header.value)});
  });
  info.stream = owned->stream;
  info.consumer = owned->consumer;
  return Delivery(View(*owned), info);
}

}  // namespace walnats::transport
