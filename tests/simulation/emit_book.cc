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

void EmitBook::OnSent(uint64_t client, const transport::Outgoing& frame) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(frame.body), &number)) return;
  const auto emit = emits_.find(number);
  if (emit == emits_.end()) return;
  for (const Header& header : frame.headers) {
    if (header.name == kMessageIdHeader) return;
  }
  sent_[Cat(client, " ", frame.reply)] = number;
  if (++emit->second.sent_without_id > emit->second.begun) {
    Violate("emit ", number, " has no id and was sent again");
  }
}

void EmitBook::OnHanded(uint64_t client, const transport::Message& frame) {
  constexpr std::string_view kNoResponders = "503";
  if (frame.header("Status") != kNoResponders) return;
  const auto sent = sent_.find(Cat(client, " ", frame.subject()));
  if (sent == sent_.end()) return;
  --emits_[sent->second].sent_without_id;
  sent_.erase(sent);
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
                           std::span<const Stream> streams) {
  Held held;
  std::map<uint64_t, int> copies;
  for (const Stream& stream : streams) {
    Messages& stored = held.emplace_back();
    for (const StoredMessage& message : stream) {
      stored[message.sequence] = &message;
      const uint64_t number = NumberOf(message);
      ++copies[number];
      const auto emit = emits_.find(number);
      if (emit == emits_.end() || emit->second.stream != rule.stream) {
        Violate("stream ", rule.stream, ": message ", message.sequence, " \"",
                message.body, "\" was emitted by nobody");
      }
    }
    CheckIds(rule, stored);
  }
  for (const auto& [number, emit] : emits_) {
    if (emit.stream == rule.stream) {
      CheckEmit(number, emit, held, copies[number]);
    }
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

// It may name a message of a stream that is no more.
void EmitBook::CheckReceipt(uint64_t number, const Emit& emit,
                            const Receipt& receipt, const Held& held) {
  // Of an id that others have too, the stream keeps the first.
  const bool others = receipt.duplicate && !emit.id.empty();
  const StoredMessage* another = nullptr;
  for (const Messages& stored : held) {
    const auto found = stored.find(receipt.sequence);
    if (found == stored.end() || receipt.stream != emit.stream) continue;
    another = found->second;
    if (others ? IdOf(*another) == emit.id : NumberOf(*another) == number) {
      return;
    }
  }
  Violate("emit ", number, " returned OK with sequence ", receipt.sequence,
          " of stream ", receipt.stream, ", which is ",
          another == nullptr ? std::string("not there")
                             : Cat("another message: ", another->body));
}

void EmitBook::CheckEmit(uint64_t number, const Emit& emit, const Held& held,
                         int copies) {
  for (const Receipt& receipt : emit.receipts) {
    CheckReceipt(number, emit, receipt, held);
  }
  if (emit.refused == emit.begun && copies > 0) {
    Violate("emit ", number,
            " returned an error that says it is not stored, "
            "but stream ",
            emit.stream, " holds it");
  }
}

}  // namespace walnats::simulation
