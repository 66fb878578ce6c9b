#include "tests/simulation/processes.h"

#include <algorithm>
#include <utility>

namespace walnats::simulation {
namespace {

// How soon a process that ended is started again.
constexpr absl::Duration kRestart = absl::Seconds(1);

}  // namespace

Processes::Processes(Stage& stage) : stage_(stage) {
  Random random(Mix({stage.schedule.seed, 4}));
  processes_.resize(static_cast<size_t>(stage.schedule.processes));
  for (Process& process : processes_) {
    process.start_at = stage.clock.Now() +
                       random.Between(absl::ZeroDuration(), absl::Seconds(1));
  }
}

void Processes::LookAfter() {
  const absl::Time now = stage_.clock.Now();
  std::erase_if(killed_, [](const auto& one) { return one->ended(); });
  for (size_t i = 0; i < processes_.size(); ++i) {
    Process& process = processes_[i];
    if (process.instance && process.instance->ended()) {
      process.instance.reset();
      process.start_at = std::max(process.start_at, now + kRestart);
    }
    if (process.instance || stopping_ || now < process.start_at) continue;
    process.instance = std::make_unique<Instance>(stage_, static_cast<int>(i));
    process.instance->Run();
  }
}

void Processes::CheckHealth() {
  for (const Process& process : processes_) {
    if (process.instance) process.instance->CheckHealth();
  }
}

void Processes::Apply(const Fault& fault) {
  Process& process = processes_[static_cast<size_t>(fault.process)];
  if (!process.instance || process.instance->client() == 0) return;
  const uint64_t client = process.instance->client();
  const ActorPlan& actor =
      stage_.schedule.actors[static_cast<size_t>(fault.actor)];
  switch (fault.kind) {
    case FaultKind::kDisconnect:
      return stage_.server.Disconnect(client, fault.pause);
    case FaultKind::kStall:
      return stage_.server.Stall(client, fault.pause);
    case FaultKind::kLameDuck:
      return stage_.server.LameDuck(client);
    case FaultKind::kPause:
      return process.instance->Pause(actor,
                                     fault.pause == absl::ZeroDuration()
                                         ? absl::InfiniteFuture()
                                         : stage_.clock.Now() + fault.pause);
    case FaultKind::kResume:
      return process.instance->Pause(actor, absl::InfinitePast());
    case FaultKind::kRedrive:
      return process.instance->Redrive(fault.letters);
    case FaultKind::kStop:
      process.start_at = stage_.clock.Now() + fault.pause;
      return process.instance->Stop();
    case FaultKind::kKill:
      process.start_at = stage_.clock.Now() + fault.pause;
      process.instance->Kill();
      killed_.push_back(std::move(process.instance));
      return;
    default:
      return;
  }
}

bool Processes::quiet() const {
  return std::ranges::all_of(processes_, [](const Process& process) {
    const Instance* instance = process.instance.get();
    return instance != nullptr && instance->ready() && !instance->stopping() &&
           instance->quiet();
  });
}

bool Processes::paused() const {
  return std::ranges::any_of(processes_, [](const Process& process) {
    return process.instance != nullptr && process.instance->paused();
  });
}

std::string Processes::Unaware() const {
  for (const Process& process : processes_) {
    if (!process.instance) continue;
    std::string unaware = process.instance->Unaware();
    if (!unaware.empty()) return unaware;
  }
  return "";
}

void Processes::StopAll() {
  stopping_ = true;
  for (const Process& process : processes_) {
    if (process.instance) process.instance->Stop();
  }
}

bool Processes::gone() const {
  return killed_.empty() &&
         std::ranges::all_of(processes_, [](const Process& process) {
           return process.instance == nullptr;
         });
}

}  // namespace walnats::simulation
