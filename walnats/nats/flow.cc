#include "walnats/nats/flow.h"

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/api_json.h"

namespace walnats::nats {
namespace {

using transport::FlowEvent;

// Between two looks at the time, so that a deadline which has just passed
// cannot make the timer fire without end.
constexpr absl::Duration kTick = absl::Milliseconds(1);

// No pull's id.
constexpr uint64_t kNoPull = 0;

}  // namespace

PullFlow::PullFlow(Flows& flows, uint64_t id, const std::string& stream,
                   const std::string& consumer,
                   const transport::FlowOptions& options,
                   transport::DeliverySink& sink)
    : flows_(&flows),
      id_(id),
      key_(Cat(stream, ".", consumer)),
      request_subject_(Cat("$JS.API.CONSUMER.MSG.NEXT.", key_)),
      options_(options),
      sink_(sink),
      pull_(options),
      timer_(flows.clock_, [this] { OnTime(); }) {}

PullFlow::~PullFlow() {
  if (gone_ != nullptr) *gone_ = true;
  if (flows_ != nullptr) flows_->Forget(*this);
}

void PullFlow::Want(int count) {
  if (flows_ == nullptr) return;
  pull_.Want(count);
  Advance(flows_->clock_.Now());
}

void PullFlow::Stop() {
  if (flows_ == nullptr) return;
  pull_.Stop();
  Advance(flows_->clock_.Now());
}

void PullFlow::Restart() {
  if (flows_ == nullptr) return;
  const absl::Time now = flows_->clock_.Now();
  pull_.Restart(now);
  Advance(now);
}

// The server looks at the pulls that waited during a pause when the next one
// comes. This one has expired before it could take a message: there may be no
// room for more than was asked for.
void PullFlow::Wake() {
  if (flows_ == nullptr) return;
  const absl::Duration expires = absl::Nanoseconds(1);
  Request(kNoPull, PullRequest(1, expires, absl::ZeroDuration(), 0));
}

void PullFlow::OnDelivery(transport::Message message,
                          transport::DeliveryInfo& info) {
  const absl::Time now = flows_->clock_.Now();
  // What was asked for has room, also if less is wanted since.
  const bool room = pull_.wanted() > 0 || pull_.outstanding() > 0;
  backlog_ = info.pending;
  info.received = now;
  info.sent = flows_->echo_.SentBy(now);
  const std::optional<FlowEvent> event = pull_.OnDelivery(now);
  Advance(now);
  if (!Tell(event)) return;
  transport::Delivery delivery(std::move(message), info);
  if (!room) return sink_.OnOverflow(std::move(delivery));
  sink_.OnDelivery(std::move(delivery));
}

void PullFlow::OnStatus(uint64_t pull, const PullStatus& status) {
  const absl::Time now = flows_->clock_.Now();
  const std::optional<FlowEvent> event = pull_.OnStatus(pull, status, now);
  if (MeaningOf(status) == PullMeaning::kNoResponders) sink_.OnUnanswered();
  Advance(now);
  Tell(event);
}

void PullFlow::OnUp() {
  const absl::Time now = flows_->clock_.Now();
  pull_.OnUp(now);
  Advance(now);
}

void PullFlow::OnDown() { pull_.OnDown(); }

void PullFlow::Detach() {
  timer_.Cancel();
  flows_ = nullptr;
}

void PullFlow::Advance(absl::Time now) {
  while (const std::optional<Pull::Request> request = pull_.NextRequest(now)) {
    Request(request->id, PullRequest(request->batch, options_.expires,
                                     options_.heartbeat, options_.max_bytes));
  }
  const absl::Time deadline = pull_.deadline();
  if (deadline == absl::InfiniteFuture()) return;
  if (!timer_.armed() || deadline < timer_.when()) {
    timer_.Set(std::max(deadline, now + kTick));
  }
}

void PullFlow::Request(uint64_t pull, const std::string& body) {
  const std::string reply =
      Cat(flows_->inbox_, absl::Hex(id_), "-", absl::Hex(pull));
  // One that cannot be sent is gone with its connection, as those before.
  flows_->wire_
      .Publish({.subject = request_subject_,
                .headers = {},
                .body = body,
                .reply = reply})
      .IgnoreError();
}

bool PullFlow::Tell(std::optional<FlowEvent> event) {
  if (!event) return true;
  const std::string detail = pull_.detail();
  bool gone = false;
  gone_ = &gone;
  sink_.OnFlowEvent(*event, detail);
  if (!gone) gone_ = nullptr;
  return !gone && flows_ != nullptr;
}

void PullFlow::OnTime() {
  const absl::Time now = flows_->clock_.Now();
  std::optional<FlowEvent> event;
  if (pull_.deadline() <= now) event = pull_.OnTime(now);
  Advance(now);
  Tell(event);
}

}  // namespace walnats::nats
