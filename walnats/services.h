#pragma once

// Services is the runtime: it connects, registers streams and consumers, runs
// producers and actors, and drains.
//
//   int main() {
//     walnats::Services services;
//     services.Add({.name = "mailing",
//                   .version = "1.4.0",
//                   .emits = {kMailSent},
//                   .actors = {WelcomeEmail(mailer)}});
//     return walnats::RunMain(services);  // main.h
//   }
//
// Inside a program of your own: `services.Run(*walnats::Connect(...))` on one
// thread (connect.h), `services.Stop()` on any other.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/actor.h"
#include "walnats/client.h"
#include "walnats/codec/declared_event.h"
#include "walnats/health.h"
#include "walnats/observer.h"
#include "walnats/producer.h"

namespace walnats {

namespace transport {
class Connector;
}

// What is deployed together: a part of a program, or all of it.
struct Service {
  std::string name;          // kebab-case
  std::string version = {};  // for people; written into what it registers
  std::vector<DeclaredEvent> emits = {};
  std::vector<Producer> producers = {};
  std::vector<Actor> actors = {};
};

// How Run brings the server's streams and consumers in line with the
// declarations (guarantee 8). Safe in any number of processes at once.
struct RegisterOptions {
  // Create what is missing. Without it, a missing stream or consumer ends Run.
  bool create = true;

  // Change what differs. Without it, differences are warnings in Health. What
  // the server cannot change ends Run either way, naming the stream, the
  // field, the old and the new value. Two versions that differ: the last to
  // start wins, and the log says so.
  bool update = true;
};

// The stream "walnats-dead", which holds the dead letters of all services (see
// dead_letters.h). Register makes it if an actor may need it. Differences of
// one that exists are warnings.
struct DeadLetterOptions {
  absl::Duration age = absl::Hours(24 * 30);
  int64_t bytes = kUnlimited;
  int replicas = 1;
};

struct ServicesOptions {
  RegisterOptions registration = {};

  // Coroutine jobs of all actors that run at once in this process.
  int max_jobs = 10'000;

  // How long a drain waits for jobs that run.
  absl::Duration grace = absl::Seconds(30);

  // Where coroutine handlers and producers run. Empty: on the connection's
  // thread, which costs no hop. A thread pool must outlive the Services.
  Executor executor = {};

  // How often an idle consumer's server says that it lives; two missed ones
  // are a stall. At least 100 ms.
  absl::Duration heartbeat = absl::Seconds(15);

  DeadLetterOptions dead_letters = {};

  // How often streams and consumers are compared with what was declared and
  // with what was acknowledged; at least 1 s. Also after every reconnect.
  absl::Duration watch = absl::Seconds(10);

  std::vector<std::shared_ptr<Observer>> observers = {};
};

class Services {
 public:
  explicit Services(ServicesOptions options = {});
  ~Services();  // Run must have returned
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  // Before Run. What is wrong with it is said by Validate.
  void Add(Service service);

  // Everything that is wrong with what was added, in one InvalidArgument:
  // names, two events with one name or one stream, an event's name as a prefix
  // of another's, two actors of one event with one name, options out of range.
  // Sends nothing. Run calls it first.
  absl::Status Validate() const;

  // Connects, registers, and runs until Stop and the drain that follows; OK
  // then. Any error before that ends it at once: nothing has run then. Blocks,
  // once per Services; all work happens on a thread that it starts and ends.
  // What was spawned on the client's executor stops when it returns.
  absl::Status Run(transport::Connector& connector);

  // Begins the drain: no more pulls, producers are cancelled, running jobs end
  // (at most `grace`), what was not started is handed back to the server, and
  // what was emitted is acked. Any thread, also a handler's; at any time, also
  // before Run. Once is enough.
  void Stop();

  // Pauses an actor in all processes and over restarts, until `until` or
  // Resume: what runs may end, nothing more is started. By the server from
  // 2.11 on, by a record that all processes watch before. kNotFound if these
  // services have no such actor. Any thread, while Run runs.
  Task<absl::Status> Pause(const EventInfo& event, std::string_view actor,
                           absl::Time until = absl::InfiniteFuture());
  Task<absl::Status> Resume(const EventInfo& event, std::string_view actor);

  // Valid at once and until the last copy is gone. Any thread.
  Client client() const;

  // Any thread, also while a handler blocks.
  walnats::Health Health() const;

  // Changes the options before Run, for command lines.
  ServicesOptions& options();

  // Called once, on the connection's thread, when everything runs.
  void OnReady(std::function<void()> callback);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace walnats
