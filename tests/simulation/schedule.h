#pragma once

// All that happens to a world, drawn from one seed before it begins: who runs
// what, how the network is, what breaks when.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/fakes/frame_server.h"
#include "tests/fakes/text_event.h"
#include "walnats/retry.h"

namespace walnats::simulation {

// The events of all worlds; a schedule takes some.
inline constexpr testing::TextEvent kEvents[] = {
    testing::TextEvent("sim.orders",
                       {.limits = {.duplicates = absl::Seconds(3)}}),
    testing::TextEvent("sim.bills",
                       {.limits = {.duplicates = absl::Seconds(20)}}),
    testing::TextEvent("sim.visits", {.message_ids = false}),
    testing::TextEvent("sim.mails"),
};

struct ActorPlan {
  int event = 0;  // in kEvents
  std::string name = {};
  bool plain = false;
  int max_jobs = 1;
  absl::Duration ack_wait = absl::Seconds(2);
  absl::Duration job_timeout = absl::Seconds(10);
  RetryPolicy retry = {};
  bool keyed = false;  // Order::kPerKey
  bool parks = false;  // Dead::kPark
  int emits = -1;      // the event, in kEvents, that its handler emits
};

struct EmitterPlan {
  int process = 0;
  int event = 0;
  int count = 0;
  absl::Duration interval;  // mean
  double burst = 0;         // how often several at once
  double delayed = 0;       // how often with a delay
  double repeated = 0;      // how often with an id that others may have
};

enum class FaultKind {
  kDisconnect,
  kDisconnectAll,
  kRestart,
  kStall,
  kChangeLeader,
  kLameDuck,
  kStop,            // the process drains, and is started again
  kKill,            // the process is gone at once, and is started again
  kDeleteConsumer,  //
  kLoseDead,        // dead letters cannot be stored
  kRedrive,         // the process redrives all dead letters
  kPause,           // the process pauses an actor, for ever if `pause` is 0
  kResume,          // the process resumes it
  kDeleteStream,    // a person deletes the stream of the actor's event
  kMakeStream,      // and makes it again, unless somebody else has
};

struct Fault {
  absl::Duration at = {};  // since the beginning
  FaultKind kind;
  int process = 0;
  int actor = 0;  // in Schedule::actors
  absl::Duration pause = {};
  int letters = 0;         // after which a redrive is stopped; 0: never
  bool consumers = false;  // made again with the stream
};

struct Schedule {
  uint64_t seed = 0;
  testing::model::Version version;
  nats::Network network;
  nats::JetStreamOptions transport;
  absl::Duration heartbeat;
  absl::Duration grace;
  int processes = 1;
  std::vector<int> events;  // in kEvents
  std::vector<ActorPlan> actors;
  std::vector<EmitterPlan> emitters;
  std::vector<Fault> faults;  // by time
  absl::Duration healed;      // from then on nothing breaks any more
  bool redrives = false;      // some are among the faults, and one at the end
  bool remakes = false;       // a stream is deleted and made again
};

Schedule MakeSchedule(uint64_t seed);

std::string Describe(const Fault& fault, const Schedule& schedule);
// For people, a line per thing.
std::string Describe(const Schedule& schedule);

// What the handler of an actor does with message `number`, redriven
// `generation` times.
struct Deed {
  enum class Kind { kOk, kFail, kFatal, kThrow };
  Kind kind = Kind::kOk;
  absl::Duration work = absl::ZeroDuration();
};
Deed DeedOf(const Schedule& schedule, const ActorPlan& actor, uint64_t number,
            int64_t attempt, int generation);

}  // namespace walnats::simulation
