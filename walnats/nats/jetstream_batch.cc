// Several messages stored together: staged by the server one by one, and
// stored when it gets the last. Source: ADR-50.

#include <string>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/nats/annotate.h"
#include "walnats/nats/api_level.h"
#include "walnats/nats/jetstream.h"
#include "walnats/transport/batch_headers.h"

namespace walnats::nats {
namespace {

using transport::Message;
using transport::Outgoing;
using transport::PubAck;

// Unique among all clients: the inbox is, and the number of the batch in it.
std::string BatchId(std::string_view inbox, uint64_t number) {
  inbox.remove_suffix(1);
  return Cat(inbox.substr(inbox.rfind('.') + 1), "-", absl::Hex(number));
}

// The server has accepted the first message without a word.
absl::Status CheckStaged(const absl::StatusOr<Message>& answer) {
  if (!answer.ok()) return answer.status();
  if (answer->body().empty()) return absl::OkStatus();
  const absl::StatusOr<PubAck> ack = ParsePubAck(answer->body());
  if (!ack.ok()) return ack.status();
  return Error(absl::StatusCode::kInternal,
               "the server has stored its first message alone");
}

absl::StatusOr<PubAck> ReadCommit(const absl::StatusOr<Message>& answer) {
  if (answer.ok()) return ParsePubAck(answer->body());
  return Error(absl::StatusCode::kUnknown,
               "sent, but the answer was lost: ", answer.status().message());
}

}  // namespace

Task<absl::StatusOr<PubAck>> JetStream::PublishBatch(
    std::span<const Outgoing> messages, transport::Expect expect) {
  const std::string act = Cat("publish batch of ", messages.size());
  if (server_.features.api_level < kAtomicLevel) co_return Lacks(act);
  if (messages.empty() || messages.size() > transport::kMostInABatch) {
    co_return Error(absl::StatusCode::kFailedPrecondition, act,
                    ": a batch has 1 to ", transport::kMostInABatch,
                    " messages");
  }
  for (const Outgoing& message : messages) {
    const absl::Status headers = CheckHeaders(message.headers);
    if (!headers.ok()) co_return Annotate(headers, act);
  }
  const std::shared_ptr<JetStream*> self = self_;
  transport::BatchHeaders headers(BatchId(wire_->inbox(), ++batches_),
                                  messages.size());
  std::size_t number = 1;
  for (; number < messages.size(); ++number) {
    const Outgoing message =
        headers.Build(messages[number - 1], expect, number);
    absl::Status staged = co_await Stage(message, number == 1);
    if (!staged.ok()) co_return Annotate(staged, act);
    if (Ended(self)) {
      co_return Error(absl::StatusCode::kFailedPrecondition, act, ": closed");
    }
    expect = {};
  }
  const Outgoing last = headers.Build(messages.back(), expect, number);
  absl::StatusOr<PubAck> ack =
      ReadCommit(co_await requests_.Request(last, options_.api_limit));
  if (ack.ok()) co_return ack;
  co_return Annotate(ack.status(), act);
}

Task<absl::Status> JetStream::Stage(Outgoing message, bool first) {
  if (first) {
    co_return CheckStaged(
        co_await requests_.Request(message, options_.api_limit));
  }
  absl::Status sent = wire_->Publish(message);
  if (!sent.ok() || wire_->writable()) co_return sent;
  co_return co_await requests_.RoundTrip(options_.api_limit);
}

}  // namespace walnats::nats
