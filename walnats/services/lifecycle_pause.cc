// What a Lifecycle's actors wait for besides messages: pauses, those that stand
// when it begins and those that come later, and parked keys.

#include <utility>

#include "walnats/base/log.h"
#include "walnats/services/lifecycle.h"

namespace walnats::internal {

Task<void> Lifecycle::LoadPauses(const Registrar& registrar) {
  if (PausesConsumers(*transport_)) {
    for (const std::unique_ptr<ActorRunner>& runner : actors_) {
      const Actor& actor = runner->actor();
      runner->Pause(PausedUntil(
          registrar.consumer(actor.event().stream_name(), actor.name())));
    }
    co_return;
  }
  if (actors_.empty()) co_return;
  for (const std::unique_ptr<ActorRunner>& runner : actors_) {
    const Actor& actor = runner->actor();
    pauses_->Add(actor.event().stream_name(), actor.name(),
                 [&runner](absl::Time until) { runner->Pause(until); });
  }
  const absl::Status loaded = co_await pauses_->Load();
  if (!loaded.ok()) {
    Log(LogLevel::kWarning,
        "read which actors are paused: ", loaded.ToString());
  }
  pauses_->Begin();
}

void Lifecycle::BeginParking(const Registrar& registrar) {
  const BucketOptions bucket{
      .description = "Keys that wait behind a dead message, by walnats.",
      .replicas =
          registrar.single_server() ? 1 : options_.dead_letters.replicas,
      .create = options_.registration.create};
  for (const std::unique_ptr<ActorRunner>& runner : actors_) {
    const Actor& actor = runner->actor();
    if (actor.options().dead != Dead::kPark) continue;
    parked_.push_back(std::make_unique<ParkedKeys>(
        *runner, registrar.created(actor.event().stream_name()),
        Client(client_), clock_, bucket, options_.watch));
    parked_.back()->Begin();
  }
}

Task<absl::Status> Lifecycle::Pause(const std::string& stream,
                                    const std::string& actor,
                                    absl::Time until) {
  if (pauses_) {
    co_return co_await pauses_->Pause(*transport_, Client(client_), stream,
                                      actor, until);
  }
  const absl::Status paused =
      co_await PauseActor(*transport_, Client(client_), stream, actor, until);
  if (!paused.ok()) co_return paused;
  for (const std::unique_ptr<ActorRunner>& runner : actors_) {
    const Actor& mine = runner->actor();
    if (mine.event().stream_name() == stream && mine.name() == actor) {
      runner->Pause(until);
    }
  }
  co_return absl::OkStatus();
}

}  // namespace walnats::internal
