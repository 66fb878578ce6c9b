#pragma once

// What travels between a client and the server: the lines of NATS's protocol,
// as values.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/event/headers.h"
#include "walnats/transport/message.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/stored.h"

namespace walnats::nats {

// Shared by all that a frame is copied to.
struct FrameText {
  std::string subject = {};
  std::string reply = {};
  std::string queue = {};  // of kSubscribe
  std::vector<transport::StoredHeader> headers = {};
  std::string body = {};
};

struct Frame {
  enum class Kind {
    kMessage,      // PUB and HPUB, MSG and HMSG
    kSubscribe,    // SUB
    kUnsubscribe,  // UNSUB
    kLameDuck,     // INFO with "ldm":true
    kEnd,          // the client has closed its side
  };
  Kind kind = Kind::kMessage;
  uint64_t subscription = 0;  // the client's number for it
  std::shared_ptr<const FrameText> text = {};
};

// Views of its headers, for who asks for spans.
std::vector<Header> HeaderViews(
    std::span<const transport::StoredHeader> headers);

std::shared_ptr<const FrameText> CopyText(const transport::Outgoing& message);

// Shares the text.
transport::Message ToMessage(std::shared_ptr<const FrameText> text);

// Whether it is the server's word that nobody listens.
bool IsNoResponders(const FrameText& text);

}  // namespace walnats::nats
