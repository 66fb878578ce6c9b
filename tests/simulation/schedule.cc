#include "tests/simulation/schedule.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/random.h"
#include "tests/simulation/schedule_acts.h"
#include "walnats/base/strings.h"

namespace walnats::simulation {
namespace {

using testing::model::Version;

constexpr Version kVersions[] = {
    testing::model::kOldest, {2, 10, 27}, {2, 12, 0}, testing::model::kNewest};
constexpr std::string_view kActorNames[] = {"ann", "bob", "cyd"};
constexpr std::string_view kFaultNames[] = {
    "disconnect",      "disconnect all",    "restart server", "stall",
    "new leader",      "lame duck",         "stop",           "kill",
    "delete consumer", "lose dead letters", "redrive",        "pause",
    "resume",          "delete stream",     "make stream"};
// The kinds that AddFaults draws: those that break something.
constexpr int kBreaking = static_cast<int>(FaultKind::kLoseDead) + 1;

// A third of the worlds has a perfect network, a third only a slow one.
nats::Network MakeNetwork(Random& random) {
  nats::Network network;
  const int kind = random.Int(0, 2);
  if (kind == 0) return network;
  network.max_delay = absl::Milliseconds(random.Int(1, 40));
  network.min_delay = network.max_delay * random.Real();
  if (kind == 1) return network;
  network.drop = random.Chance(0.6) ? 0.05 * random.Real() : 0;
  network.duplicate = random.Chance(0.5) ? 0.1 * random.Real() : 0;
  network.reorder = random.Chance(0.5) ? 0.1 * random.Real() : 0;
  return network;
}

nats::JetStreamOptions MakeTransport(Random& random) {
  nats::JetStreamOptions options;
  options.publisher.window_messages = 1 << random.Int(0, 4);
  options.publisher.answer_limit =
      random.Between(absl::Milliseconds(300), absl::Seconds(3));
  options.api_limit = random.Between(absl::Milliseconds(500), absl::Seconds(5));
  return options;
}

RetryPolicy MakeRetry(Random& random) {
  RetryPolicy retry;
  retry.max_attempts = random.Int(1, 6);
  retry.delays.clear();
  for (int i = random.Int(1, 3); i > 0; --i) {
    retry.delays.push_back(
        random.Between(absl::Milliseconds(20), absl::Seconds(2)));
  }
  retry.jitter = random.Chance(0.5) ? random.Real() : 0;
  return retry;
}

ActorPlan MakeActor(Random& random, int event, int number) {
  ActorPlan actor{.event = event, .name = std::string(kActorNames[number])};
  actor.plain = random.Chance(0.3);
  actor.max_jobs = random.Chance(0.5) ? random.Int(1, 3) : 16;
  actor.ack_wait = random.Between(absl::Seconds(1), absl::Seconds(4));
  actor.job_timeout = random.Between(absl::Seconds(1), absl::Seconds(12));
  actor.retry = MakeRetry(random);
  return actor;
}

void AddEvents(Random& random, Schedule& schedule) {
  std::vector<int> all(std::size(kEvents));
  for (int i = 0; i < static_cast<int>(all.size()); ++i) all[i] = i;
  for (int count = std::max(1, random.Int(-1, 3)); count > 0; --count) {
    const auto taken =
        all.begin() + random.Int(0, static_cast<int>(all.size()) - 1);
    schedule.events.push_back(*taken);
    all.erase(taken);
  }
  for (const int event : schedule.events) {
    const int actors = std::max(1, random.Int(-1, 3));
    for (int i = 0; i < actors; ++i) {
      schedule.actors.push_back(MakeActor(random, event, i));
    }
  }
  // Only ever to the next one, so that no circle feeds itself.
  for (size_t i = 0; i + 1 < schedule.events.size(); ++i) {
    for (ActorPlan& actor : schedule.actors) {
      if (actor.plain || actor.event != schedule.events[i]) continue;
      if (random.Chance(0.4)) actor.emits = schedule.events[i + 1];
    }
  }
}

// In a share of the worlds.
void AddOrders(Schedule& schedule) {
  Random random(Mix({schedule.seed, 6}));
  if (!random.Chance(0.2)) return;
  for (ActorPlan& actor : schedule.actors) {
    actor.keyed = random.Chance(0.8);
    actor.parks = actor.keyed && random.Chance(0.4);
  }
}

void AddEmitters(Random& random, Schedule& schedule) {
  for (const int event : schedule.events) {
    for (int i = random.Int(1, 2); i > 0; --i) {
      EmitterPlan& plan = schedule.emitters.emplace_back();
      plan.process = random.Int(0, schedule.processes - 1);
      plan.event = event;
      plan.count = random.Int(1, 12);
      plan.interval =
          random.Between(absl::Milliseconds(5), absl::Milliseconds(1500));
      plan.burst = random.Chance(0.3) ? random.Real() : 0;
      plan.delayed = random.Chance(0.2) ? 0.3 : 0;
      plan.repeated = random.Chance(0.4) ? 0.4 : 0;
    }
  }
}

void AddFaults(Random& random, Schedule& schedule) {
  const absl::Duration span =
      random.Between(absl::Seconds(4), absl::Seconds(20));
  for (int i = random.Int(0, 7); i > 0; --i) {
    Fault& fault = schedule.faults.emplace_back();
    fault.at = random.Between(absl::ZeroDuration(), span);
    fault.kind = static_cast<FaultKind>(random.Int(0, kBreaking - 1));
    fault.process = random.Int(0, schedule.processes - 1);
    fault.actor = random.Int(0, static_cast<int>(schedule.actors.size()) - 1);
    fault.pause = random.Chance(0.5)
                      ? random.Between(absl::ZeroDuration(), absl::Seconds(1))
                      : random.Between(absl::Seconds(1), absl::Seconds(8));
  }
  schedule.healed = span;
  AddActs(schedule);
  std::ranges::sort(schedule.faults, {}, &Fault::at);
  for (const Fault& fault : schedule.faults) {
    schedule.healed = std::max(schedule.healed, fault.at + fault.pause);
  }
}

absl::Duration WorkOf(Random& random, const ActorPlan& actor) {
  const double kind = random.Real();
  if (kind < 0.45) return absl::ZeroDuration();
  if (kind < 0.80) return actor.ack_wait * (0.3 * random.Real());
  if (kind < 0.93) return actor.ack_wait * random.Real();
  if (kind < 0.98) return actor.ack_wait * (1 + 2 * random.Real());
  return actor.job_timeout * (0.5 + random.Real());
}

std::string Describe(const ActorPlan& actor) {
  return Cat("actor ", kEvents[actor.event].name(), "/", actor.name,
             actor.plain ? " plain" : " coroutine", actor.keyed ? " keyed" : "",
             actor.parks ? " parks" : "", " max_jobs ", actor.max_jobs,
             " ack_wait ", absl::FormatDuration(actor.ack_wait),
             " job_timeout ", absl::FormatDuration(actor.job_timeout),
             " max_attempts ", actor.retry.max_attempts,
             actor.emits < 0 ? "" : " emits ",
             actor.emits < 0 ? "" : kEvents[actor.emits].name(), "\n");
}

}  // namespace

Schedule MakeSchedule(uint64_t seed) {
  Random random(Mix({seed, 1}));
  Schedule schedule;
  schedule.seed = seed;
  schedule.version = kVersions[random.Int(0, std::size(kVersions) - 1)];
  schedule.network = MakeNetwork(random);
  schedule.transport = MakeTransport(random);
  schedule.heartbeat =
      random.Between(absl::Milliseconds(500), absl::Seconds(4));
  schedule.grace = random.Between(absl::ZeroDuration(), absl::Seconds(3));
  schedule.processes = std::max(1, random.Int(0, 3));
  AddEvents(random, schedule);
  AddOrders(schedule);
  AddEmitters(random, schedule);
  AddFaults(random, schedule);
  return schedule;
}

Deed DeedOf(const Schedule& schedule, const ActorPlan& actor, uint64_t number,
            int64_t attempt, int generation) {
  const uint64_t who = Mix({schedule.seed, static_cast<uint64_t>(actor.event),
                            static_cast<uint64_t>(actor.name.front()), number});
  // A redrive may have another fate.
  Random message(
      generation == 0 ? who : Mix({who, static_cast<uint64_t>(-generation)}));
  Random now(Mix({who, static_cast<uint64_t>(attempt + 100 * generation)}));
  Deed deed;
  const double fate = message.Real();
  if (fate < 0.04) {
    deed.kind = Deed::Kind::kFatal;
  } else if (fate < 0.10 || now.Chance(0.2)) {
    deed.kind = now.Chance(0.3) ? Deed::Kind::kThrow : Deed::Kind::kFail;
  }
  if (!actor.plain) deed.work = WorkOf(now, actor);
  return deed;
}

std::string Describe(const Fault& fault, const Schedule& schedule) {
  const ActorPlan& actor = schedule.actors[fault.actor];
  return Cat(kFaultNames[static_cast<int>(fault.kind)], " (process ",
             fault.process, ", ", kEvents[actor.event].name(), "/", actor.name,
             ", pause ", absl::FormatDuration(fault.pause), ")",
             fault.letters > 0 ? Cat(" of ", fault.letters) : "",
             fault.consumers ? " with its consumers" : "");
}

std::string Describe(const Schedule& schedule) {
  const nats::Network& network = schedule.network;
  std::string text = Cat(
      "seed ", schedule.seed, ", nats-server ", ToString(schedule.version),
      ", processes ", schedule.processes, ", heartbeat ",
      absl::FormatDuration(schedule.heartbeat), ", grace ",
      absl::FormatDuration(schedule.grace), "\nnetwork: delay ",
      absl::FormatDuration(network.min_delay), " to ",
      absl::FormatDuration(network.max_delay), ", drop ", network.drop,
      ", duplicate ", network.duplicate, ", reorder ", network.reorder,
      "; window ", schedule.transport.publisher.window_messages,
      ", answer limit ",
      absl::FormatDuration(schedule.transport.publisher.answer_limit), "\n");
  for (const ActorPlan& actor : schedule.actors) text += Describe(actor);
  for (const EmitterPlan& plan : schedule.emitters) {
    text += Cat("emitter of ", kEvents[plan.event].name(), " in process ",
                plan.process, ": ", plan.count, " messages, one every ",
                absl::FormatDuration(plan.interval), "\n");
  }
  for (const Fault& fault : schedule.faults) {
    text += Cat("fault at ", absl::FormatDuration(fault.at), ": ",
                Describe(fault, schedule), "\n");
  }
  return text + Cat("healed at ", absl::FormatDuration(schedule.healed), "\n");
}

}  // namespace walnats::simulation
