#pragma once

// What Services::Health() returns: a value, taken at one moment.
//
//   const walnats::Health health = services.Health();
//   if (!health.ready()) LOG(WARNING) << health.Describe();

#include <cstdint>
#include <string>
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

// Since the start, by this process's clients and handlers.
struct EventHealth {
  std::string name;
  int64_t emitted = 0;     // stored by its stream
  int64_t duplicates = 0;  // not stored again
  int64_t failed = 0;      // emits that returned an error
};

struct ActorHealth {
  std::string name;
  std::string event;
  bool stalled = false;   // nothing heard of its consumer; see `problem`
  std::string problem;    // empty while all is well
  int64_t handled = 0;    // since the start, as are the counts below
  int64_t retried = 0;    // attempts that failed and will be tried again
  int64_t dead = 0;       //
  int64_t lost = 0;       // outcomes that came after the deadline
  int64_t timed_out = 0;  // jobs over job_timeout
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

  // What Register accepted but people should know, e.g. a stream that keeps
  // the retention another framework gave it.
  std::vector<std::string> warnings;

  // Running, connected, and nothing above has a problem.
  bool ready() const;

  // For people, a line per thing that is wrong.
  std::string Describe() const;
};

}  // namespace walnats
