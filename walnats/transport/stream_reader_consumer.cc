// A StreamReader's consumer: made, watched, dropped.

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/transport/stream_reader_core.h"

namespace walnats::transport {
namespace {

// How long the server keeps it for a reader that rests, or has died.
constexpr absl::Duration kInactive = absl::Minutes(1);
constexpr absl::Duration kTick = absl::Seconds(1);
// Between two looks at a consumer that has nothing new.
constexpr int kQuietTicks = 5;

std::string UniqueName(const Clock& clock) {
  static std::atomic<uint32_t> count = 0;
  return Cat("walnats-reader-", absl::Hex(absl::ToUnixNanos(clock.Now())), "-",
             absl::Hex(getpid()), "-", absl::Hex(++count, absl::kZeroPad8));
}

}  // namespace

Task<absl::Status> StreamReader::Core::MakeConsumer() {
  const ConsumerConfig config = Config();
  const absl::StatusOr<ConsumerInfo> made =
      co_await transport_.CreateConsumer(stream_, config);
  if (closed_ || !made.ok()) co_return made.status();
  consumer_ = config.name;
  look_ = {};
  flow_ = std::make_unique<ReaderFlow>(transport_, stream_, consumer_,
                                       [this] { Wake(); });
  open_ = true;
  if (made->pending == 0) at_end_ = true;
  co_return absl::OkStatus();
}

ConsumerConfig StreamReader::Core::Config() const {
  ConsumerConfig config;
  config.name = UniqueName(clock_);
  config.durable = false;
  config.filter_subjects = ServerFilters();
  config.deliver = deliver_;
  config.start_sequence = start_;
  config.start_time = options_.start_time;
  if (position_ > 0) {
    config.deliver = DeliverPolicy::kBySequence;
    config.start_sequence = std::max(start_, position_ + 1);
  }
  config.ack = AckPolicy::kNone;
  config.inactive_threshold = kInactive;
  config.replicas = 1;
  config.memory_storage = true;
  config.headers_only = options_.headers_only;
  return config;
}

// Nobody waits for the deletion: what is not deleted becomes inactive.
void StreamReader::Core::DropConsumer() {
  flow_.reset();
  open_ = false;
  check_ = false;
  if (consumer_.empty()) return;
  Spawn(*executor_,
        transport_.DeleteConsumer(stream_, std::exchange(consumer_, "")),
        [](absl::Status) {});
}

Task<void> StreamReader::Core::Check() {
  const uint64_t received = flow_->received();
  const absl::StatusOr<ConsumerInfo> info =
      co_await transport_.GetConsumer(stream_, consumer_);
  if (closed_ || flow_ == nullptr) co_return;
  if (absl::IsNotFound(info.status())) flow_->Lose();
  if (!info.ok()) co_return;
  Look look;
  look.received = received;
  look.ahead = info->delivered_consumer_sequence > received;
  look.idle = !look.ahead && (info->pending == 0 || info->waiting > 0);
  if (received == flow_->received() && received == look_.received) {
    if (look.ahead && look_.ahead) flow_->Lose();
    if (look.idle && look_.idle && flow_->empty()) at_end_ = true;
  }
  look_ = look;
}

Task<absl::Status> StreamReader::Core::Tick(std::shared_ptr<Core> self) {
  while (!self->closed_) {
    co_await self->clock_.Sleep(kTick);
    self->OnTick();
  }
  co_return absl::OkStatus();
}

void StreamReader::Core::OnTick() {
  if (!waiting_) return;
  if (++quiet_ticks_ >= (end_told_ ? kQuietTicks : 1)) {
    quiet_ticks_ = 0;
    check_ = true;
  }
  Wake();
}

// A cancelled caller is told so where it begins to wait, and every tick ends
// the wait.
Task<void> StreamReader::Core::AwaitWake() {
  co_await wake_.Wait([this] { waiting_ = true; });
}

void StreamReader::Core::Wake() {
  if (std::exchange(waiting_, false)) wake_.Resume();
}

}  // namespace walnats::transport
