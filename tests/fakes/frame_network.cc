#include "tests/fakes/frame_network.h"

#include <algorithm>
#include <utility>

namespace walnats::nats {
namespace {

bool IsMessage(const Frame& frame) {
  return frame.kind == Frame::Kind::kMessage;
}

}  // namespace

// The standard leaves open what its distributions make of an engine's numbers.
bool FrameDice::Chance(double probability) {
  if (probability <= 0) return false;
  return static_cast<double>(engine_() >> 11) * 0x1.0p-53 < probability;
}

absl::Duration FrameDice::Between(absl::Duration least, absl::Duration most) {
  const int64_t span = absl::ToInt64Nanoseconds(most - least);
  if (span <= 0) return least;
  const auto choices = static_cast<uint64_t>(span) + 1;
  return least + absl::Nanoseconds(static_cast<int64_t>(engine_() % choices));
}

std::size_t FrameDice::Below(std::size_t count) { return engine_() % count; }

FrameLink::FrameLink(TimerQueue& clock, FrameDice& dice, const Network& network,
                     Receiver& receiver)
    : clock_(clock),
      dice_(dice),
      network_(network),
      receiver_(receiver),
      mailbox_(std::make_shared<Mailbox>(clock.executor())),
      timer_(clock, [this] { Turn(); }) {}

FrameLink::~FrameLink() { mailbox_->Close(); }

void FrameLink::Send(const Frame& frame) {
  if (cut_) return;
  if (IsMessage(frame)) {
    if (dice_.Chance(network_.drop)) return;
    if (dice_.Chance(network_.duplicate)) Enqueue(frame);
  }
  Enqueue(frame);
  Arm();
}

void FrameLink::Hold(absl::Time until) {
  held_until_ = std::max(held_until_, until);
  timer_.Cancel();
  Arm();
}

void FrameLink::Cut() {
  cut_ = true;
  queue_.clear();
  timer_.Cancel();
}

void FrameLink::Enqueue(const Frame& frame) {
  absl::Time arrival =
      clock_.Now() + dice_.Between(network_.min_delay, network_.max_delay);
  const auto place =
      queue_.end() - static_cast<std::ptrdiff_t>(Overtaken(frame));
  if (place != queue_.end()) arrival = std::min(arrival, place->arrival);
  if (place != queue_.begin()) {
    arrival = std::max(arrival, std::prev(place)->arrival);
  }
  queue_.insert(place, {frame, arrival});
}

std::size_t FrameLink::Overtaken(const Frame& frame) {
  if (!IsMessage(frame) || !dice_.Chance(network_.reorder)) return 0;
  std::size_t messages = 0;
  while (messages < queue_.size() &&
         IsMessage(queue_[queue_.size() - messages - 1].frame)) {
    ++messages;
  }
  return messages == 0 ? 0 : 1 + dice_.Below(messages);
}

void FrameLink::Arm() {
  if (queue_.empty()) return;
  const absl::Time due = std::max(queue_.front().arrival, held_until_);
  if (due > clock_.Now()) {
    if (!timer_.armed() || due < timer_.when()) timer_.Set(due);
  } else if (!std::exchange(posted_, true)) {
    mailbox_->Post([this] {
      posted_ = false;
      Turn();
    });
  }
}

// What its receiver sends over it meanwhile arrives in another turn.
void FrameLink::Turn() {
  const absl::Time now = clock_.Now();
  std::vector<Frame> frames;
  while (held_until_ <= now && !queue_.empty() &&
         queue_.front().arrival <= now) {
    frames.push_back(std::move(queue_.front().frame));
    queue_.pop_front();
  }
  Arm();
  if (!frames.empty()) receiver_.OnFrames(std::move(frames));
}

}  // namespace walnats::nats
