// What a RedriveSource hears of its durable, and what it says about what it
// cannot route.

#include <algorithm>
#include <utility>

#include "walnats/deadletter/redrive_source.h"
#include "walnats/deadletter/streams.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

constexpr absl::Duration kAgain = absl::Seconds(5);

}  // namespace

void RedriveSource::OnFlowEvent(transport::FlowEvent event,
                                std::string_view detail) {
  if (event == transport::FlowEvent::kResumed) return;
  if (event == transport::FlowEvent::kConsumerMissing) {
    missing_ = true;
    environment_.conditions.Begin(ConditionKind::kConsumerMissing, object_,
                                  std::string(detail));
  }
  // Old servers (2.9) say nothing to a pull of a missing consumer.
  Ensure();
}

void RedriveSource::Ensure() {
  if (closing_ || std::exchange(ensuring_, true)) return;
  ++working_;
  Spawn(environment_.clock.executor(), EnsureDurable(),
        [this](const absl::Status& status) {
          --working_;
          ensuring_ = false;
          if (!closing_) OnEnsured(status);
        });
}

Task<absl::Status> RedriveSource::EnsureDurable() {
  transport::Transport& transport = environment_.transport;
  const absl::StatusOr<std::vector<std::string>> stream = co_await EnsureStream(
      transport, environment_.stream, environment_.create);
  if (!stream.ok()) co_return stream.status();
  const transport::ConsumerConfig declared =
      RedriveConsumerConfig(service_, ack_wait_);
  absl::StatusOr<transport::ConsumerInfo> info =
      co_await transport.GetConsumer(kRedriveStream, service_);
  if (absl::IsNotFound(info.status()) && environment_.create) {
    missing_ = flow_ != nullptr;
    info = co_await transport.CreateConsumer(kRedriveStream, declared);
  } else if (info.ok() && info->config.ack_wait < ack_wait_) {
    // Other versions of the service may need more: it is never made less.
    transport::ConsumerConfig longer = info->config;
    longer.ack_wait = ack_wait_;
    info = co_await transport.UpdateConsumer(kRedriveStream, longer);
  }
  co_return info.status();
}

void RedriveSource::OnEnsured(const absl::Status& status) {
  if (!status.ok()) {
    ensure_timer_.Set(environment_.clock.Now() + kAgain);
    // Whoever has turned `create` off knows, or needs no redrive.
    const bool wanted = !environment_.create && absl::IsNotFound(status);
    if (flow_ || wanted) return;
    return environment_.conditions.Begin(ConditionKind::kConsumerMissing,
                                         object_, status.ToString());
  }
  environment_.conditions.End(ConditionKind::kConsumerMissing, object_);
  if (!flow_) {
    flow_ = environment_.transport.Open(kRedriveStream, service_,
                                        environment_.flow, *this);
  } else if (missing_) {
    flow_->Restart();
  }
  missing_ = false;
  UpdateWant();
}

void RedriveSource::BeginUnroutable(std::string object, std::string detail,
                                    absl::Duration delay) {
  environment_.conditions.Begin(ConditionKind::kRedriveUnroutable, object,
                                std::move(detail));
  if (closing_) return;
  const absl::Time until = environment_.clock.Now() + 3 * delay;
  unroutable_[std::move(object)] = until;
  if (!unroutable_timer_.armed()) unroutable_timer_.Set(until);
}

void RedriveSource::EndUnroutable() {
  const absl::Time now = environment_.clock.Now();
  absl::Time next = absl::InfiniteFuture();
  for (auto one = unroutable_.begin(); one != unroutable_.end();) {
    if (one->second > now) {
      next = std::min(next, one->second);
      ++one;
      continue;
    }
    environment_.conditions.End(ConditionKind::kRedriveUnroutable, one->first);
    one = unroutable_.erase(one);
  }
  if (next != absl::InfiniteFuture()) unroutable_timer_.Set(next);
}

}  // namespace walnats::internal
