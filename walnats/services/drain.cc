// The end of a Lifecycle (guarantee 9): nothing new is taken, what runs may
// end, what was not started goes back to the server, what was said is sent.

#include <algorithm>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/services/lifecycle.h"

namespace walnats::internal {
namespace {

// For what only needs the server's answer.
constexpr absl::Duration kAnswer = absl::Seconds(5);

}  // namespace

Task<void> Lifecycle::Drain() {
  SetPhase(Phase::kDraining);
  Log(LogLevel::kInfo, "drain: begins");
  streams_->Stop();
  recovery_->Stop();
  for (const std::unique_ptr<ProducerRunner>& producer : producers_) {
    producer->Stop();
  }
  // Else handlers would delay the end of what is on its way.
  for (const std::unique_ptr<ActorRunner>& actor : actors_) {
    actor->Close(Gate::kDrain);
  }
  for (const std::unique_ptr<RedriveSource>& redrive : redrives_) {
    redrive->Close();
  }
  // Handed back after it, a message goes to other processes, not to us.
  const absl::Status stopped = co_await transport_->StopDeliveries(kAnswer);
  if (!stopped.ok()) {
    Log(LogLevel::kWarning, "drain: stop deliveries: ", stopped.ToString());
  }
  for (const std::unique_ptr<ActorRunner>& actor : actors_) actor->HandBack();
  co_await WaitForJobs();
  std::function<bool()> kept = [this] { return !keeping_schemas_; };
  co_await Until(kept, clock_.Now() + kAnswer);
  const absl::Status flushed = co_await transport_->Flush(kAnswer);
  if (!flushed.ok()) {
    Log(LogLevel::kWarning, "drain: flush: ", flushed.ToString());
  }
  Log(LogLevel::kInfo, "drain: done");
}

Task<void> Lifecycle::WaitForJobs() {
  std::function<bool()> ended = [this] { return JobsEnded(); };
  if (co_await Until(ended, clock_.Now() + options_.grace)) co_return;
  Log(LogLevel::kWarning, "drain: grace of ",
      absl::FormatDuration(options_.grace), " is over, cancelling ",
      StillRunning());
  for (const std::unique_ptr<ActorRunner>& actor : actors_) actor->Cancel();
  if (co_await Until(ended, clock_.Now() + kAnswer)) co_return;
  Log(LogLevel::kError,
      "drain: waiting for handlers that ignore being "
      "cancelled: ",
      StillRunning());
  co_await Until(ended, absl::InfiniteFuture());
}

Task<bool> Lifecycle::Until(std::function<bool()> done, absl::Time limit) {
  while (!done()) {
    if (clock_.Now() >= limit) co_return false;
    co_await clock_.Sleep(absl::Milliseconds(2));
  }
  co_return true;
}

bool Lifecycle::JobsEnded() const {
  return streams_->idle() && recovery_->idle() &&
         std::all_of(producers_.begin(), producers_.end(),
                     [](const auto& one) { return one->ended(); }) &&
         std::all_of(redrives_.begin(), redrives_.end(),
                     [](const auto& one) { return one->idle(); }) &&
         std::all_of(actors_.begin(), actors_.end(),
                     [](const auto& one) { return one->idle(); });
}

std::string Lifecycle::StillRunning() const {
  std::string names;
  for (const std::unique_ptr<ActorRunner>& actor : actors_) {
    if (!actor->idle()) names += Cat(" actor \"", actor->actor().name(), "\"");
  }
  for (const std::unique_ptr<ProducerRunner>& producer : producers_) {
    if (!producer->ended())
      names += Cat(" producer \"", producer->name(), "\"");
  }
  return names.empty() ? "nothing" : names.substr(1);
}

Task<void> Lifecycle::Close() {
  if (pauses_) pauses_->Stop();
  for (const std::unique_ptr<ParkedKeys>& parked : parked_) parked->Stop();
  client_->Close();
  int left = static_cast<int>(actors_.size());
  for (const std::unique_ptr<ActorRunner>& actor : actors_) {
    actor->Stop([&left] { --left; });
  }
  std::function<bool()> stopped = [&left] { return left == 0; };
  co_await Until(stopped, absl::InfiniteFuture());
  for (const std::unique_ptr<RedriveSource>& redrive : redrives_) {
    redrive->Stop();
  }
  std::function<bool()> ended = [this] {
    return (!pauses_ || pauses_->idle()) &&
           std::ranges::all_of(parked_,
                               [](const auto& one) { return one->idle(); });
  };
  co_await Until(ended, absl::InfiniteFuture());
  if (!transport_) co_return;
  transport_->SetStateSink(nullptr);
  co_await transport_->Close();
  std::function<bool()> kept = [this] { return !keeping_schemas_; };
  co_await Until(kept, absl::InfiniteFuture());
  stopped_ = true;
  OnState(transport::State::kDown, "stopped");
}

}  // namespace walnats::internal
