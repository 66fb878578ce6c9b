#include "walnats/nats/pull.h"

#include <algorithm>
#include <iterator>

#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

using transport::FlowEvent;

// The server's memory and our buffers bound what one request may ask for.
constexpr int kMaxBatch = 5000;
constexpr int kHeartbeatsMissed = 2;
constexpr int kInARow = 3;  // refusals until somebody is told

}  // namespace

void Pull::Restart(absl::Time now) {
  missing_ = false;
  refusals_.count = 0;
  no_responders_.count = 0;
  not_before_ = absl::InfinitePast();
  heard_ = now;
  ForgetAll();
}

void Pull::OnUp(absl::Time now) {
  up_ = true;
  not_before_ = absl::InfinitePast();
  heard_ = now;
  ForgetAll();
}

void Pull::OnDown() {
  up_ = false;
  ForgetAll();
}

std::optional<FlowEvent> Pull::OnDelivery(absl::Time now) {
  // A message of a pull that was forgotten finds nothing to take off.
  if (outstanding_ > 0) --outstanding_;
  if (want_ > 0) --want_;
  return Alive(now);
}

std::optional<FlowEvent> Pull::OnStatus(uint64_t id, const PullStatus& status,
                                        absl::Time now) {
  switch (MeaningOf(status)) {
    case PullMeaning::kHeartbeat:
      return Alive(now);
    case PullMeaning::kEnded: {
      const int batch = End(id, status.pending_messages);
      // Not one message went into max_bytes: asking again at once would spin.
      if (status.code == 409 && batch > 0 && status.pending_messages == batch) {
        return OnRefused(status, now);
      }
      return Alive(now);
    }
    case PullMeaning::kAllEnded:
      heard_ = now;
      // Newer ones may be on their way to the next leader still: if they were
      // not, each gets a status of its own.
      while (!open_.empty() && open_.front().id <= id) ForgetOldest();
      return std::nullopt;
    case PullMeaning::kDeleted:
      return End(id, std::nullopt) > 0 ? Missing("consumer deleted")
                                       : std::nullopt;
    case PullMeaning::kNoResponders:
      return End(id, kMaxBatch) > 0 ? OnNoResponders(now) : std::nullopt;
    case PullMeaning::kRefused:
      return End(id, kMaxBatch) > 0 ? OnRefused(status, now) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Pull::Request> Pull::NextRequest(absl::Time now) {
  if (!Asks() || now < not_before_) return std::nullopt;
  while (!open_.empty() && ForgetAt(open_.front()) <= now) ForgetOldest();
  if (!Asks()) return std::nullopt;
  const int batch =
      static_cast<int>(std::min<int64_t>(want_ - outstanding_, kMaxBatch));
  if (!Watched()) heard_ = now;
  open_.push_back({++last_id_, batch, now + options_.expires});
  asked_ += batch;
  outstanding_ += batch;
  return Request{last_id_, batch};
}

std::optional<FlowEvent> Pull::OnTime(absl::Time now) {
  const absl::Duration silence = kHeartbeatsMissed * options_.heartbeat;
  std::optional<FlowEvent> event;
  if (Watched() && heard_ + silence <= now) {
    ForgetAll();
    event = Stalled(Cat("no heartbeat for ", absl::FormatDuration(silence)));
  }
  while (!open_.empty() && ForgetAt(open_.front()) <= now) ForgetOldest();
  return event;
}

absl::Time Pull::deadline() const {
  absl::Time next = absl::InfiniteFuture();
  if (Watched()) {
    next = std::min(heard_ + kHeartbeatsMissed * options_.heartbeat,
                    ForgetAt(*Holder()));
  }
  return Asks() ? std::min(next, not_before_) : next;
}

bool Pull::Asks() const {
  return up_ && !stopped_ && !missing_ && want_ > outstanding_ &&
         outstanding_ <= want_ / 2;
}

absl::Time Pull::ForgetAt(const Open& open) const {
  return open.expires + options_.heartbeat;
}

std::vector<Pull::Open>::const_iterator Pull::Holder() const {
  // The newer pulls cannot hold more than they asked for.
  auto open = open_.end();
  int64_t held = 0;
  while (held < outstanding_) held += (--open)->batch;
  return open;
}

std::optional<FlowEvent> Pull::Alive(absl::Time now) {
  heard_ = now;
  refusals_.count = 0;
  no_responders_.count = 0;
  if (!stalled_) return std::nullopt;
  stalled_ = false;
  detail_ = "the consumer delivers again";
  return FlowEvent::kResumed;
}

std::optional<FlowEvent> Pull::Stalled(std::string_view detail) {
  if (stalled_) return std::nullopt;
  stalled_ = true;
  detail_ = detail;
  return FlowEvent::kStalled;
}

std::optional<FlowEvent> Pull::Missing(std::string_view detail) {
  missing_ = true;
  ForgetAll();
  detail_ = detail;
  return FlowEvent::kConsumerMissing;
}

std::optional<FlowEvent> Pull::OnRefused(const PullStatus& status,
                                         absl::Time now) {
  if (!BackOff(refusals_, now) || refusals_.count < kInARow) {
    return std::nullopt;
  }
  return Stalled(Cat("pull refused: ", status.code, " ", status.description));
}

std::optional<FlowEvent> Pull::OnNoResponders(absl::Time now) {
  if (!BackOff(no_responders_, now) || no_responders_.count < kInARow) {
    return std::nullopt;
  }
  return Missing("nobody answers pulls: no consumer, or no leader for it");
}

bool Pull::BackOff(Backoff& backoff, absl::Time now) {
  if (now < not_before_) return false;
  not_before_ = now + std::min(backoff.most,
                               backoff.first *
                                   (int64_t{1} << std::min(backoff.count, 30)));
  ++backoff.count;
  return true;
}

int Pull::End(uint64_t id, std::optional<int64_t> left) {
  const auto open = std::lower_bound(
      open_.begin(), open_.end(), id,
      [](const Open& one, uint64_t other) { return one.id < other; });
  if (open == open_.end() || open->id != id) return 0;
  const int batch = open->batch;
  if (!left) {
    // Not told: what the newer pulls cannot hold.
    left = outstanding_;
    for (auto newer = std::next(open); newer != open_.end(); ++newer) {
      *left -= newer->batch;
    }
  }
  asked_ -= batch;
  open_.erase(open);
  outstanding_ -= std::clamp<int64_t>(*left, 0, batch);
  outstanding_ = std::clamp<int64_t>(outstanding_, 0, asked_);
  return batch;
}

void Pull::ForgetOldest() {
  asked_ -= open_.front().batch;
  open_.erase(open_.begin());
  outstanding_ = std::min(outstanding_, asked_);
}

void Pull::ForgetAll() {
  open_.clear();
  asked_ = 0;
  outstanding_ = 0;
}

}  // namespace walnats::nats
