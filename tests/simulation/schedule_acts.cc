#include "tests/simulation/schedule_acts.h"

#include "tests/simulation/random.h"

namespace walnats::simulation {
namespace {

// The share of the worlds in which a stream is made again.
constexpr double kRemakes = 0.1;

// In a share of the worlds; some are stopped, some processes die of it.
void AddRedrives(Schedule& schedule) {
  Random random(Mix({schedule.seed, 5}));
  schedule.redrives = random.Chance(0.2);
  if (!schedule.redrives) return;
  for (int i = random.Int(1, 5); i > 0; --i) {
    Fault redrive{.kind = FaultKind::kRedrive};
    redrive.at = schedule.healed * (0.2 + 1.3 * random.Real());
    redrive.process = random.Int(0, schedule.processes - 1);
    if (random.Chance(0.3)) redrive.letters = random.Int(1, 3);
    schedule.faults.push_back(redrive);
    if (!random.Chance(0.4)) continue;
    Fault kill = redrive;
    kill.kind = FaultKind::kKill;
    kill.at += random.Between(absl::ZeroDuration(), absl::Milliseconds(300));
    kill.pause = random.Between(absl::ZeroDuration(), absl::Seconds(4));
    schedule.faults.push_back(kill);
  }
}

// In a share of the worlds; what is not resumed in time is in the end.
void AddPauses(Schedule& schedule) {
  Random random(Mix({schedule.seed, 7}));
  if (!random.Chance(0.1)) return;
  for (int i = random.Int(1, 4); i > 0; --i) {
    Fault pause{.kind = FaultKind::kPause};
    pause.at = schedule.healed * random.Real();
    pause.process = random.Int(0, schedule.processes - 1);
    pause.actor = random.Int(0, static_cast<int>(schedule.actors.size()) - 1);
    const absl::Duration length =
        random.Between(absl::ZeroDuration(), absl::Seconds(6));
    if (random.Chance(0.5)) pause.pause = length;
    schedule.faults.push_back(pause);
    if (random.Chance(0.3)) continue;
    Fault resume = pause;
    resume.kind = FaultKind::kResume;
    resume.process = random.Int(0, schedule.processes - 1);
    resume.at += length;
    resume.pause = absl::ZeroDuration();
    schedule.faults.push_back(resume);
  }
}

// In a share of the worlds. Who makes the stream again is a person, or the next
// process that starts; one does, when all is over, and serves the new stream.
// Others may go on with what they know of the old one.
void AddRemakes(Schedule& schedule) {
  Random random(Mix({schedule.seed, 8}));
  schedule.remakes = random.Chance(kRemakes);
  if (!schedule.remakes) return;
  for (int i = random.Int(1, 2); i > 0; --i) {
    Fault gone{.kind = FaultKind::kDeleteStream};
    gone.at = schedule.healed * random.Real();
    gone.actor = random.Int(0, static_cast<int>(schedule.actors.size()) - 1);
    schedule.faults.push_back(gone);
    Fault made = gone;
    made.kind = FaultKind::kMakeStream;
    made.at += random.Between(
        absl::Milliseconds(1),
        random.Chance(0.5) ? absl::Milliseconds(100) : absl::Seconds(4));
    made.consumers = random.Chance(0.5);
    if (random.Chance(0.6)) schedule.faults.push_back(made);
    const int sure = random.Int(0, schedule.processes - 1);
    for (int process = 0; process < schedule.processes; ++process) {
      Fault restart{.kind = FaultKind::kKill, .process = process};
      if (random.Chance(0.5)) restart.kind = FaultKind::kStop;
      restart.at = process == sure ? made.at : gone.at;
      restart.at += random.Between(absl::ZeroDuration(), absl::Seconds(12));
      restart.pause = random.Between(absl::ZeroDuration(), absl::Seconds(2));
      if (process == sure || random.Chance(0.4)) {
        schedule.faults.push_back(restart);
      }
    }
  }
}

}  // namespace

void AddActs(Schedule& schedule) {
  AddRedrives(schedule);
  AddPauses(schedule);
  AddRemakes(schedule);
}

}  // namespace walnats::simulation
