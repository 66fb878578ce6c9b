#include "walnats/services/recovery.h"

#include <algorithm>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/pause.h"
#include "walnats/services/watch.h"

namespace walnats::internal {
namespace {

// How soon a drain is noticed by what waits.
constexpr absl::Duration kLook = absl::Milliseconds(100);

// Settled by a runner: never, so it differs.
constexpr int64_t kUnknown = -1;

std::pair<std::string, std::string> KeyOf(const ActorRunner& runner) {
  const Actor& actor = runner.actor();
  return {std::string(actor.event().name()), actor.name()};
}

std::string ObjectOf(const ActorRunner& runner) {
  const Actor& actor = runner.actor();
  return ActorObject(actor.name(), actor.event().name());
}

}  // namespace

Recovery::Recovery(transport::Transport& transport, TimerQueue& clock,
                   Conditions& conditions, StreamWatch& streams,
                   absl::Duration interval)
    : transport_(transport),
      clock_(clock),
      conditions_(conditions),
      streams_(streams),
      interval_(interval),
      timer_(clock, [this] {
        if (std::exchange(refreshing_, true)) return;
        ++running_;
        Spawn(clock_.executor(), Refresh(), [this](const absl::Status&) {
          refreshing_ = false;
          --running_;
          ScheduleRefresh();
        });
      }) {
  ScheduleRefresh();
}

void Recovery::ScheduleRefresh() {
  if (stopped_) return;
  timer_.Set(clock_.Now() + WatchInterval(interval_, watched_.size()));
}

void Recovery::Watch(ActorRunner& runner, transport::ConsumerConfig declared,
                     uint64_t floor) {
  watched_[KeyOf(runner)] = {&runner, std::move(declared), floor};
}

void Recovery::OnUp() {
  for (auto& [key, watched] : watched_) watched.settled = kUnknown;
}

Task<absl::Status> Recovery::Refresh() {
  for (auto& [key, watched] : watched_) {
    if (stopped_) break;
    if (watched.recovering || watched.given_up) continue;
    co_await RefreshOne(watched);
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Recovery::RefreshOne(Watched& watched) {
  const Actor& actor = watched.runner->actor();
  const ActorHealth health = watched.runner->Health();
  const int64_t settled = health.handled + health.dead;
  // Where consumers can be paused, an idle one may be that. What stands still
  // pulls nothing, and so hears nothing of its consumer's end.
  const bool pauses = PausesConsumers(transport_);
  if (!pauses && settled == watched.settled && !health.stalled &&
      !health.paused) {
    co_return absl::OkStatus();
  }
  const int64_t pauses_before = watched.runner->pauses();
  const absl::StatusOr<transport::ConsumerInfo> info =
      co_await transport_.GetConsumer(actor.event().stream_name(),
                                      actor.name());
  // The flow may not notice: the hint that it was deleted can get lost, and
  // old servers (2.9) leave a pull of a missing consumer without an answer.
  if (absl::IsNotFound(info.status())) Recover(*watched.runner);
  // After any other failure the old floor is still a floor.
  if (!info.ok()) co_return info.status();
  // Behind a stream made again, floors mean nothing.
  if (watched.runner->closed(Gate::kUnverified)) co_return absl::OkStatus();
  // A pause of this process may be newer than the answer.
  if (pauses && watched.runner->pauses() == pauses_before) {
    watched.runner->Pause(PausedUntil(*info));
  }
  watched.floor = std::max(watched.floor, info->ack_floor_stream_sequence);
  watched.settled = settled;
  conditions_.Set(ConditionKind::kConfigDrift, ObjectOf(*watched.runner),
                  DriftOf(info->config, watched.declared));
  co_return absl::OkStatus();
}

void Recovery::Recover(ActorRunner& runner) {
  Watched& watched = watched_.at(KeyOf(runner));
  if (stopped_ || watched.given_up) return;
  if (std::exchange(watched.recovering, true)) return;
  ++running_;
  Spawn(clock_.executor(), RecoverOne(watched),
        [this, &watched](const absl::Status&) {
          watched.recovering = false;
          --running_;
        });
}

Task<absl::Status> Recovery::RecoverOne(Watched& watched) {
  ActorRunner& runner = *watched.runner;
  absl::Duration delay = absl::Milliseconds(100);
  while (!stopped_) {
    absl::Status status = co_await TryRecover(watched);
    if (stopped_) break;
    if (status.ok()) {
      conditions_.End(ConditionKind::kConsumerMissing, ObjectOf(runner));
      runner.SetProblem("");
      runner.Restart();
      co_return absl::OkStatus();
    }
    if (absl::IsDataLoss(status)) {
      watched.given_up = true;
      co_return status;
    }
    runner.SetProblem(status.ToString());
    const absl::Time next = clock_.Now() + delay;
    while (!stopped_ && clock_.Now() < next) co_await clock_.Sleep(kLook);
    delay = std::min(delay * 2, absl::Seconds(5));
  }
  co_return absl::CancelledError("stopped");
}

Task<absl::Status> Recovery::TryRecover(Watched& watched) {
  ActorRunner& runner = *watched.runner;
  const std::string stream = runner.actor().event().stream_name();
  const StreamWatch::Verdict verdict = co_await streams_.Verify(stream);
  if (verdict.fate == StreamFate::kAnother) {
    co_return absl::DataLossError("its stream is another one");
  }
  if (verdict.fate != StreamFate::kSame) co_return verdict.status;
  absl::StatusOr<transport::ConsumerInfo> consumer =
      co_await transport_.GetConsumer(stream, watched.declared.name);
  if (!absl::IsNotFound(consumer.status())) co_return consumer.status();
  transport::ConsumerConfig config = watched.declared;
  std::string place = "where its declaration says";
  if (watched.floor > 0) {
    config.deliver = transport::DeliverPolicy::kBySequence;
    config.start_sequence = watched.floor + 1;
    place = Cat("to begin with message ", config.start_sequence);
  }
  conditions_.Begin(ConditionKind::kConsumerMissing, ObjectOf(runner),
                    Cat("it was deleted; made again ", place));
  consumer = co_await transport_.CreateConsumer(stream, config);
  co_return consumer.status();
}

}  // namespace walnats::internal
