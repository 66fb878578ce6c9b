#pragma once

// What Services::Health() returns: a value, taken at one moment.
//
//   const walnats::Health health = services.Health();
//   if (!health.ready()) LOG(WARNING) << health.Describe();

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace walnats {

enum class Phase {
  kNew,         // Run was not called
  kConnecting,  //
  kRunning,     //
  kDraining,    // after Stop
  kStopped,     // Run has returned
};

// Something that is not as it should be, from when until it is well again.
// Each is logged once when it begins and once when it ends.
enum class ConditionKind {
  kDisconnected,        // the connection
  kStalled,             // an actor hears nothing of its consumer
  kConsumerMissing,     // an actor's consumer was deleted; it is made again
  kStreamMissing,       // an event's stream is not there
  kIncarnationChanged,  // an event's stream was deleted and made again: its
                        // actors stand still until the process is restarted
  kDataLost,            // a stream ends before what it had acknowledged to us
  kConfigDrift,         // stream or consumer differ from their declaration
  kDeadUnstored,        // an actor's dead letters, or its parked keys
  kPaused,              // an actor, by a person
  kBreakerOpen,         // an actor, by its circuit breaker
  kRedriveUnroutable,   // redriven messages for an actor that is not here
};
std::string_view ToString(ConditionKind kind);  // "data lost"

struct Condition {
  ConditionKind kind = ConditionKind::kDisconnected;
  std::string object;  // `stream "shop-order-placed"`, `actor "mailer" of ...`
  std::string detail;  // what differs, by how much, what to do
  absl::Time since;
};

// Since the start, by this process's clients and handlers.
struct EventHealth {
  std::string name;
  int64_t emitted = 0;         // stored by its stream
  int64_t duplicates = 0;      // not stored again
  int64_t failed = 0;          // emits that returned an error
  uint64_t last_sequence = 0;  // the highest that its stream acknowledged
};

struct ActorHealth {
  std::string name;
  std::string event;
  bool stalled = false;   // nothing heard of its consumer; see `problem`
  bool paused = false;    // by a person, or by its circuit breaker
  std::string problem;    // empty while all is well
  int64_t handled = 0;    // since the start, as are the counts below
  int64_t retried = 0;    // attempts that failed and will be tried again
  int64_t dead = 0;       //
  int64_t lost = 0;       // outcomes that came after the deadline
  int64_t timed_out = 0;  // jobs over job_timeout
  int64_t redriven = 0;   // attempts at messages that came from dead letters
  int running = 0;        // jobs now
  int waiting = 0;        // received, not started
  absl::Time last_handled = absl::InfinitePast();
};

struct ProducerHealth {
  std::string name;
  bool running = false;
  int64_t restarts = 0;
  std::string problem;  // why it ended or waits for its restart
};

struct Health {
  Phase phase = Phase::kNew;
  bool connected = false;
  std::string server;   // url and version of the server in use
  std::string problem;  // of the connection; empty while all is well
  std::vector<EventHealth> events;
  std::vector<ActorHealth> actors;
  std::vector<ProducerHealth> producers;

  // Everything that is wrong now, the oldest first.
  std::vector<Condition> conditions;

  // What Register accepted but people should know, e.g. a stream that keeps
  // the retention another framework gave it.
  std::vector<std::string> warnings;

  // Running, connected, nothing above has a problem, and no condition stands
  // that stops work: disconnected, stalled, a consumer or stream that is
  // missing, a stream made again, dead letters that cannot be stored. Not for
  // what was wanted or will be done later (paused, circuit breaker open,
  // configuration differs, redrive without its actor), nor for lost data:
  // the work goes on, and taking every instance out of service helps nobody.
  bool ready() const;

  // For people, a line per thing that is wrong.
  std::string Describe() const;
};

}  // namespace walnats
