#include "walnats/testing/memory/flow.h"

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/memory/message.h"

namespace walnats::testing {
namespace {

using transport::FlowEvent;

constexpr int kMaxBatch = 5000;
constexpr int kHeartbeatsMissed = 2;
constexpr int kInARow = 3;  // refusals until somebody is told

// Between two looks at the time.
constexpr absl::Duration kTick = absl::Milliseconds(1);

bool EndsAll(std::string_view description) {
  return description.starts_with("Leadership Change") ||
         description.starts_with("Server Shutdown");
}

bool EndsWell(const model::PullStatus& status) {
  const std::string_view description = status.description;
  return status.code == 404 || status.code == 408 ||
         (status.code == 409 &&
          (description.starts_with("Message Size Exceeds MaxBytes") ||
           description.starts_with("Batch Completed")));
}

}  // namespace

MemoryFlow::MemoryFlow(MemoryFlows& flows, uint64_t id,
                       const std::string& stream, const std::string& consumer,
                       const transport::FlowOptions& options,
                       transport::DeliverySink& sink)
    : flows_(&flows),
      id_(id),
      stream_(stream),
      consumer_(consumer),
      options_(options),
      sink_(sink),
      timer_(flows.link().clock(), [this] { OnTime(); }) {}

MemoryFlow::~MemoryFlow() {
  if (flows_ == nullptr) return;
  DropPulls();
  flows_->Forget(*this);
}

void MemoryFlow::Want(int count) {
  want_ = count;
  Advance();
}

void MemoryFlow::Stop() {
  stopped_ = true;
  DropPulls();
}

void MemoryFlow::Restart() {
  missing_ = false;
  refusals_.count = 0;
  no_responders_.count = 0;
  not_before_ = absl::InfinitePast();
  DropPulls();
  Advance();
}

void MemoryFlow::OnUp() {
  not_before_ = absl::InfinitePast();
  Advance();
}

void MemoryFlow::OnDown() { ForgetPulls(); }

void MemoryFlow::Detach() {
  timer_.Cancel();
  flows_ = nullptr;
}

// ---- what comes

void MemoryFlow::OnDelivery(uint64_t pull, const model::Deliver& delivery) {
  const auto found = pulls_.find(pull);
  const bool asked = found != pulls_.end();
  // What was asked for has room, also if less is wanted since.
  if (!asked && want_ <= outstanding_) return;
  if (asked) {
    --outstanding_;
    if (--found->second.left == 0) pulls_.erase(found);
  }
  if (want_ > 0) --want_;
  flows_->Touch(*this);
  Advance();
  MemoryFlows& flows = *flows_;
  const uint64_t id = id_;
  Alive();
  if (flows.Find(id) != this) return;  // ended inside
  transport::Delivery made = MakeDelivery(delivery);
  flows.link().broker().Witnessed(made.info());
  sink_.OnDelivery(std::move(made));
}

void MemoryFlow::OnStatus(uint64_t pull, const model::PullStatus& status) {
  if (status.code == 100) return Alive();
  if (status.code == 409 && EndsAll(status.description)) {
    while (!pulls_.empty() && pulls_.begin()->first <= pull) {
      End(pulls_.begin()->first);
    }
    return Advance();
  }
  const auto found = pulls_.find(pull);
  if (found == pulls_.end()) return;
  const bool whole = found->second.left == found->second.batch;
  End(pull);
  if (status.code == 409 && status.description == "Consumer Deleted") {
    return OnMissing("consumer deleted");
  }
  // If not one message went into max_bytes, asking again at once would spin.
  if (EndsWell(status) && !(status.code == 409 && whole)) {
    Advance();
    return Alive();
  }
  OnRefused(status);
}

void MemoryFlow::OnNoConsumer(uint64_t pull) {
  if (End(pull) == 0) return;
  const bool counted = BackOff(no_responders_);
  if (counted && no_responders_.count >= kInARow) {
    return OnMissing("nobody answers pulls: no consumer, or no leader for it");
  }
  Advance();
}

void MemoryFlow::OnMissing(std::string_view detail) {
  missing_ = true;
  ForgetPulls();
  Tell(FlowEvent::kConsumerMissing, detail);
}

void MemoryFlow::OnRefused(const model::PullStatus& status) {
  const bool counted = BackOff(refusals_);
  Advance();
  if (counted && refusals_.count >= kInARow) {
    Stalled(Cat("pull refused: ", status.code, " ", status.description));
  }
}

// False for the rest of a burst of requests that were sent together.
bool MemoryFlow::BackOff(Backoff& backoff) {
  const absl::Time now = flows_->link().now();
  if (now < not_before_) return false;
  not_before_ = now + std::min(backoff.most,
                               backoff.first *
                                   (int64_t{1} << std::min(backoff.count, 30)));
  ++backoff.count;
  return true;
}

void MemoryFlow::Stalled(std::string_view detail) {
  if (!std::exchange(stalled_, true)) Tell(FlowEvent::kStalled, detail);
}

void MemoryFlow::Alive() {
  refusals_.count = 0;
  no_responders_.count = 0;
  if (std::exchange(stalled_, false)) {
    Tell(FlowEvent::kResumed, "the consumer delivers again");
  }
}

void MemoryFlow::Tell(FlowEvent event, std::string_view detail) {
  sink_.OnFlowEvent(event, detail);
}

// ---- what is asked for

bool MemoryFlow::Asks() const {
  return flows_ != nullptr && flows_->link().up() && !stopped_ && !missing_ &&
         want_ > outstanding_ && outstanding_ <= want_ / 2;
}

void MemoryFlow::Advance() {
  if (flows_ == nullptr) return;
  const absl::Time now = flows_->link().now();
  while (Asks() && not_before_ <= now) Ask();
  absl::Time next = silent_until_;
  if (Asks()) next = std::min(next, not_before_);
  if (next == absl::InfiniteFuture()) return;
  if (!timer_.armed() || next < timer_.when()) {
    timer_.Set(std::max(next, now + kTick));
  }
}

void MemoryFlow::Ask() {
  MemoryLink& link = flows_->link();
  MemoryBroker& broker = link.broker();
  const int batch = std::min(want_ - outstanding_, kMaxBatch);
  const uint64_t pull = ++last_pull_;
  pulls_.emplace(pull, Pull{batch, batch});
  outstanding_ += batch;
  const bool taken = broker.model().Pull(
      stream_, consumer_, {.batch = batch, .max_bytes = options_.max_bytes},
      {.client = link.id(), .subject = flows_->Inbox(id_, pull)});
  broker.Pump();
  if (taken) {
    if (std::exchange(unheard_, false)) Later(&MemoryFlow::Alive);
    silent_until_ = absl::InfiniteFuture();
  } else if (model::Has(broker.version(),
                        model::Difference::kMissingConsumer503)) {
    Later([pull](MemoryFlow& flow) { flow.OnNoConsumer(pull); });
  } else if (silent_until_ == absl::InfiniteFuture()) {
    unheard_ = true;
    silent_until_ = link.now() + kHeartbeatsMissed * options_.heartbeat;
  }
}

void MemoryFlow::Later(std::function<void(MemoryFlow&)> call) {
  flows_->link().FromServer([flows = flows_, id = id_, call = std::move(call)] {
    MemoryFlow* const flow = flows->Find(id);
    if (flow != nullptr) call(*flow);
  });
}

int MemoryFlow::End(uint64_t pull) {
  const auto found = pulls_.find(pull);
  if (found == pulls_.end()) return 0;
  const int batch = found->second.batch;
  outstanding_ -= found->second.left;
  pulls_.erase(found);
  return batch;
}

void MemoryFlow::ForgetPulls() {
  pulls_.clear();
  outstanding_ = 0;
  silent_until_ = absl::InfiniteFuture();
}

void MemoryFlow::DropPulls() {
  ForgetPulls();
  if (flows_ == nullptr || !flows_->link().up()) return;
  MemoryBroker& broker = flows_->link().broker();
  broker.model().DropInterest(flows_->link().id(), flows_->Inboxes(id_));
  broker.Pump();
}

void MemoryFlow::OnTime() {
  const absl::Time now = flows_->link().now();
  const bool silent = silent_until_ <= now;
  if (silent) ForgetPulls();
  Advance();
  if (!silent) return;
  Stalled(Cat("no heartbeat for ",
              absl::FormatDuration(kHeartbeatsMissed * options_.heartbeat)));
}

}  // namespace walnats::testing
