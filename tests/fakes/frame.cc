#include "tests/fakes/frame.h"

#include <optional>
#include <utility>

namespace walnats::nats {
namespace {

using TextPtr = std::shared_ptr<const FrameText>;

const FrameText& TextOf(void* raw) { return **static_cast<TextPtr*>(raw); }

std::optional<std::string_view> Find(const FrameText& text,
                                     std::string_view name) {
  for (const transport::StoredHeader& header : text.headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

constexpr transport::Message::Ops kOps = {
    .destroy = [](void* raw) { delete static_cast<TextPtr*>(raw); },
    .find = [](void* raw,
               std::string_view name) { return Find(TextOf(raw), name); },
    .visit =
        [](void* raw, transport::HeaderVisitor visitor) {
          for (const transport::StoredHeader& header : TextOf(raw).headers) {
            visitor(Header{header.name, header.value});
          }
        },
};

}  // namespace

std::vector<Header> HeaderViews(
    std::span<const transport::StoredHeader> headers) {
  std::vector<Header> views;
  views.reserve(headers.size());
  for (const transport::StoredHeader& header : headers) {
    views.push_back({header.name, header.value});
  }
  return views;
}

TextPtr CopyText(const transport::Outgoing& message) {
  auto text = std::make_shared<FrameText>();
  text->subject = message.subject;
  text->reply = message.reply;
  text->body = message.body;
  for (const Header& header : message.headers) {
    text->headers.push_back(
        {std::string(header.name), std::string(header.value)});
  }
  return text;
}

transport::Message ToMessage(TextPtr text) {
  const FrameText& views = *text;
  return transport::Message(views.subject, views.reply, views.body,
                            new TextPtr(std::move(text)), &kOps);
}

bool IsNoResponders(const FrameText& text) {
  return text.body.empty() && Find(text, "Status") == "503";
}

}  // namespace walnats::nats
