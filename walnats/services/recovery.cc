#include "walnats/services/recovery.h"

#include <algorithm>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

// What a recreated consumer repeats at most. Longer with very many actors, so
// that the questions stay below a hundred a second.
absl::Duration RefreshInterval(size_t actors) {
  return std::max(absl::Seconds(10), absl::Milliseconds(10) * actors);
}

// How soon a drain is noticed by what waits.
constexpr absl::Duration kLook = absl::Milliseconds(100);

std::pair<std::string, std::string> KeyOf(const ActorRunner& runner) {
  const Actor& actor = runner.actor();
  return {std::string(actor.event().name()), actor.name()};
}

}  // namespace

Recovery::Recovery(transport::Transport& transport, TimerQueue& clock)
    : transport_(transport), clock_(clock), timer_(clock, [this] {
        ++running_;
        Spawn(clock_.executor(), Refresh(), [this](const absl::Status&) {
          --running_;
          ScheduleRefresh();
        });
      }) {
  ScheduleRefresh();
}

void Recovery::ScheduleRefresh() {
  if (stopped_) return;
  timer_.Set(clock_.Now() + RefreshInterval(watched_.size()));
}

void Recovery::Watch(ActorRunner& runner, transport::ConsumerConfig declared,
                     absl::Time created, uint64_t floor) {
  watched_[KeyOf(runner)] = {&runner, std::move(declared), created, floor};
}

Task<absl::Status> Recovery::Refresh() {
  for (auto& [key, watched] : watched_) {
    if (stopped_) break;
    if (watched.recovering || watched.given_up) continue;
    const Actor& actor = watched.runner->actor();
    const ActorHealth health = watched.runner->Health();
    const int64_t settled = health.handled + health.dead;
    if (settled == watched.settled && !health.stalled) continue;
    const absl::StatusOr<transport::ConsumerInfo> info =
        co_await transport_.GetConsumer(actor.event().stream_name(),
                                        actor.name());
    // The flow may not notice: the hint that it was deleted can get lost, and
    // old servers (2.9) leave a pull of a missing consumer without an answer.
    if (absl::IsNotFound(info.status())) Recover(*watched.runner);
    // After any other failure the old floor is still a floor.
    if (!info.ok()) continue;
    watched.floor = std::max(watched.floor, info->ack_floor_stream_sequence);
    watched.settled = settled;
  }
  co_return absl::OkStatus();
}

void Recovery::Recover(ActorRunner& runner) {
  Watched& watched = watched_.at(KeyOf(runner));
  if (stopped_ || std::exchange(watched.recovering, true)) return;
  ++running_;
  Spawn(clock_.executor(), RecoverOne(watched),
        [this, &watched](const absl::Status&) {
          watched.recovering = false;
          --running_;
        });
}

Task<absl::Status> Recovery::RecoverOne(Watched& watched) {
  ActorRunner& runner = *watched.runner;
  const std::string stream = runner.actor().event().stream_name();
  absl::Duration delay = absl::Milliseconds(100);
  while (!stopped_) {
    absl::Status status = co_await TryRecover(stream, watched);
    if (stopped_) break;
    if (status.ok()) {
      Log(LogLevel::kWarning, "actor \"", runner.actor().name(),
          "\": its consumer is there again");
      runner.SetProblem("");
      runner.Restart();
      co_return absl::OkStatus();
    }
    runner.SetProblem(status.ToString());
    // A stream of another incarnation: a person decides, by a restart.
    if (absl::IsDataLoss(status)) {
      watched.given_up = true;
      Log(LogLevel::kError, "actor \"", runner.actor().name(),
          "\": ", status.message());
      co_return status;
    }
    const absl::Time next = clock_.Now() + delay;
    while (!stopped_ && clock_.Now() < next) co_await clock_.Sleep(kLook);
    delay = std::min(delay * 2, absl::Seconds(5));
  }
  co_return absl::CancelledError("stopped");
}

Task<absl::Status> Recovery::TryRecover(const std::string& stream,
                                        Watched& watched) {
  const absl::StatusOr<transport::StreamInfo> info =
      co_await transport_.GetStream(stream);
  if (!info.ok()) co_return info.status();
  if (info->created != watched.created) {
    co_return Error(absl::StatusCode::kDataLoss, "stream \"", stream,
                    "\" was deleted and made again at ",
                    absl::FormatTime(info->created),
                    ": restart the service to begin with the new one");
  }
  absl::StatusOr<transport::ConsumerInfo> consumer =
      co_await transport_.GetConsumer(stream, watched.declared.name);
  if (consumer.ok() || !absl::IsNotFound(consumer.status())) {
    co_return consumer.status();
  }
  transport::ConsumerConfig config = watched.declared;
  if (watched.floor > 0) {
    config.deliver = transport::DeliverPolicy::kBySequence;
    config.start_sequence = watched.floor + 1;
  }
  consumer = co_await transport_.CreateConsumer(stream, config);
  co_return consumer.status();
}

}  // namespace walnats::internal
