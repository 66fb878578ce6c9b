#include "tests/simulation/emit_book.h"

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/event/headers.h"

namespace walnats::simulation {
namespace {

using transport::StoredMessage;

std::string_view IdOf(const StoredMessage& message) {
  for (const transport::StoredHeader& header : message.headers) {
    if (header.name == kMessageIdHeader) return header.value;
  }
  return {};
}

uint64_t NumberOf(const StoredMessage& message) {
  uint64_t number = 0;
  return absl::SimpleAtoi(message.body, &number) ? number : 0;
}

// Of what the client was told, only this leaves open what became of it.
bool SurelyNotStored(const absl::Status& status) {
  return !absl::IsUnknown(status);
}

}  // namespace

template <class... Parts>
void EmitBook::Violate(const Parts&... parts) {
  violations_.push_back(Cat(parts...));
}

void EmitBook::OnBegin(uint64_t number, std::string_view stream,
                       std::string_view id) {
  Emit& emit = emits_[number];
  emit.stream = stream;
  emit.id = id;
  ++emit.begun;
}

void EmitBook::OnSent(const transport::Outgoing& frame) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(frame.body), &number)) return;
  const auto emit = emits_.find(number);
  if (emit == emits_.end()) return;
  for (const Header& header : frame.headers) {
    if (header.name == kMessageIdHeader) return;
  }
  if (++emit->second.sent_without_id > emit->second.begun) {
    Violate("emit ", number, " has no id and was sent again");
  }
}

void EmitBook::OnEnd(uint64_t number, const absl::StatusOr<Receipt>& result) {
  Emit& emit = emits_[number];
  ++ended_;
  if (result.ok()) {
    ++ok_;
    emit.receipts.push_back(*result);
  } else if (SurelyNotStored(result.status())) {
    ++emit.refused;
  }
}

void EmitBook::CheckStream(const StreamRule& rule,
                           std::span<const StoredMessage> messages) {
  const std::string& stream = rule.stream;
  Messages stored;
  std::map<uint64_t, int> copies;
  for (const StoredMessage& message : messages) {
    stored[message.sequence] = &message;
    const uint64_t number = NumberOf(message);
    ++copies[number];
    const auto emit = emits_.find(number);
    if (emit == emits_.end() || emit->second.stream != stream) {
      Violate("stream ", stream, ": message ", message.sequence, " \"",
              message.body, "\" was emitted by nobody");
    }
  }
  CheckIds(rule, stored);
  for (const auto& [number, emit] : emits_) {
    if (emit.stream == stream) CheckEmit(number, emit, stored, copies[number]);
  }
}

void EmitBook::CheckIds(const StreamRule& rule, const Messages& stored) {
  std::map<std::string_view, const StoredMessage*> last_of_id;
  for (const auto& [sequence, message] : stored) {
    const std::string_view id = IdOf(*message);
    if (id.empty()) {
      if (!rule.message_ids) continue;
      Violate("stream ", rule.stream, ": message ", sequence, " has no id");
      continue;
    }
    const StoredMessage*& last = last_of_id[id];
    if (last != nullptr && message->time - last->time < rule.window) {
      Violate("stream ", rule.stream, ": messages ", last->sequence, " and ",
              sequence, " have the id ", id, " and are ",
              absl::FormatDuration(message->time - last->time),
              " apart, less than the duplicate window of ",
              absl::FormatDuration(rule.window));
    }
    last = message;
  }
}

void EmitBook::CheckEmit(uint64_t number, const Emit& emit,
                         const Messages& stored, int copies) {
  for (const Receipt& receipt : emit.receipts) {
    const auto found = stored.find(receipt.sequence);
    if (receipt.stream != emit.stream || found == stored.end()) {
      Violate("emit ", number, " returned OK with sequence ", receipt.sequence,
              " of stream ", receipt.stream, ", which is not there");
      continue;
    }
    // Of an id that others have too, the stream keeps the first.
    const bool others = receipt.duplicate && !emit.id.empty();
    if (others ? IdOf(*found->second) != emit.id
               : NumberOf(*found->second) != number) {
      Violate("emit ", number, " returned OK with sequence ", receipt.sequence,
              " of stream ", receipt.stream,
              ", which is another message: ", found->second->body);
    }
  }
  if (emit.refused == emit.begun && copies > 0) {
    Violate("emit ", number,
            " returned an error that says it is not stored, "
            "but stream ",
            emit.stream, " holds it");
  }
}

}  // namespace walnats::simulation
