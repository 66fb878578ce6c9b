// Publishes, one by one and in batches.

#include <string>
#include <utility>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/testing/memory/transport.h"
#include "walnats/transport/batch_headers.h"

namespace walnats::testing {
namespace {

using absl::StatusCode;
using transport::Outgoing;
using transport::PubAck;

absl::Status NoResponders() { return absl::UnavailableError("no responders"); }

// The first message of several, which is staged and no more.
absl::Status ReadStaged(const Carried& carried, std::string_view act) {
  if (!carried.answer) return Annotate(NoResponders(), act);
  if (!carried.answer->ok()) {
    return model::ToStatus(carried.answer->refusal(), act);
  }
  if (std::holds_alternative<model::Staged>(**carried.answer)) {
    return absl::OkStatus();
  }
  return Error(StatusCode::kInternal, act,
               ": the server has stored its first message alone");
}

absl::Status Lost(const absl::Status& why, std::string_view act) {
  return Error(StatusCode::kUnknown, act,
               ": sent, but the answer was lost: ", ToStd(why.message()));
}

absl::StatusOr<PubAck> ReadCommit(const Carried& carried,
                                  std::string_view act) {
  if (!carried.answer) return Lost(NoResponders(), act);
  if (!carried.answer->ok()) {
    return model::ToStatus(carried.answer->refusal(), act);
  }
  if (const auto* stored = std::get_if<model::Published>(&**carried.answer)) {
    return stored->ack;
  }
  return Error(StatusCode::kInternal, act, ": no stream or no sequence");
}

}  // namespace

void MemoryTransport::Publish(transport::Publication& publication) {
  publisher_.Publish(publication);
}

Task<absl::StatusOr<PubAck>> MemoryTransport::PublishBatch(
    std::span<const Outgoing> messages, transport::Expect expect) {
  const std::string act = Cat("publish batch of ", messages.size());
  if (!Can(model::Difference::kAtomicBatch)) co_return Lacks(act);
  if (messages.empty() || messages.size() > transport::kMostInABatch) {
    co_return Error(StatusCode::kFailedPrecondition, act, ": a batch has 1 to ",
                    transport::kMostInABatch, " messages");
  }
  for (const Outgoing& message : messages) {
    const absl::Status headers = CheckHeaders(message.headers);
    if (!headers.ok()) co_return Annotate(headers, act);
  }
  const std::shared_ptr<MemoryTransport*> self = self_;
  transport::BatchHeaders headers(Cat("memory-", link_.id(), "-", ++batches_),
                                  messages.size());
  for (std::size_t number = 1;; ++number) {
    absl::Status ready = requests_.Ready();
    if (!ready.ok()) co_return Annotate(ready, act);
    const Outgoing message =
        headers.Build(messages[number - 1], expect, number);
    expect = {};
    const absl::StatusOr<Carried> carried = link_.Publish(message);
    broker_.Pump();
    if (!carried.ok()) co_return Annotate(carried.status(), act);
    const bool last = number == messages.size();
    if (number > 1 && !last) continue;
    absl::Status back = co_await requests_.Turn();
    if (last && !back.ok()) co_return Lost(back, act);
    if (last) co_return ReadCommit(*carried, act);
    if (back.ok()) back = ReadStaged(*carried, act);
    if (!back.ok()) co_return back;
    if (Ended(self)) {
      co_return Error(StatusCode::kFailedPrecondition, act, ": closed");
    }
  }
}

}  // namespace walnats::testing
