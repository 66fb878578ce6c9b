#pragma once

// Runs services in a unit test: without a server, without a file, on the
// thread of the test, in a time that the test moves. Everything else is what
// runs in production: registration, actors, retries, drain.
//
//   walnats::testing::Harness harness;
//   harness.Add({.name = "mailing",
//                .emits = {kMailSent},
//                .actors = {WelcomeEmail(mailer)}});
//   harness.FailNext("welcome-email", 1, absl::UnavailableError("busy"));
//   ASSERT_THAT(harness.Emit(kUserRegistered, user), IsOk());
//   harness.Advance(absl::Minutes(5));
//   EXPECT_THAT(harness.Attempts("welcome-email"),
//               ElementsAre(Retried(StatusIs(absl::StatusCode::kUnavailable)),
//                           Handled()));
//   EXPECT_THAT(harness.Messages(kMailSent), SizeIs(1));
//
// The server is a model of nats-server's JetStream that its own tests compare
// with real ones. The matchers stand in matchers.h.
//
// Time stands still until Advance moves it, except that Start, Emit, Run and
// Stop move it as far as what they wait for needs, from timer to timer. The
// same test with the same seed does the same each time.
//
// Handlers that Blocking() sends to a thread pool work: the Harness waits for
// them, in real time, before it moves its own. Only their order is the pool's.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/clock.h"
#include "walnats/codec.h"
#include "walnats/event.h"
#include "walnats/health.h"
#include "walnats/services.h"
#include "walnats/testing/attempt.h"
#include "walnats/testing/dead_letter.h"
#include "walnats/testing/harness_run.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/testing/stored.h"

namespace walnats::testing {

class MemoryServer;

struct HarnessOptions {
  // Which nats-server is imitated: model::kOldest is the oldest supported one.
  model::Version server = model::kNewest;
  int64_t max_payload = 1 << 20;  // of the server; bytes, headers included

  // Of the jitter of retries and of message ids.
  uint32_t seed = 1;

  // When the test begins.
  absl::Time start = absl::FromUnixSeconds(1'000'000'000);

  // How far Start, Emit, Run and Stop move the time at most.
  absl::Duration run_limit = absl::Hours(1);

  // Without effect: `executor`, since all runs on one thread.
  ServicesOptions services = {};
};

// Used on one thread, and not from within a handler.
class Harness {
 public:
  explicit Harness(HarnessOptions options = {});
  // As Stop. What ignores being cancelled even then is said in the log, and
  // left behind.
  ~Harness();
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;

  // Before Start.
  void Add(Service service);

  // Validates, connects, registers and begins, once; OK again from then on.
  // The Status names what is wrong, and stays. Whatever below needs it calls
  // it, and logs its failure if it cannot return it.
  absl::Status Start();

  // Ends as a program does at SIGTERM: OK if all that ran has ended. Messages,
  // attempts and dead letters can still be read.
  absl::Status Stop();

  // ---- emit and wait
  // Returns once the stream has answered; what is ready runs meanwhile, so an
  // actor may have handled it by then, or not until RunUntilIdle.
  template <class T, CodecOf<T> C>
  absl::StatusOr<Receipt> Emit(const Event<T, C>& event, const T& message,
                               EmitOptions options = {}) {
    return Run(client().Emit(event, message, options));
  }
  // As another program might have written it.
  absl::StatusOr<Receipt> EmitBytes(const EventInfo& event, std::string bytes,
                                    EmitOptions options = {});

  // Runs a Task of the test to its end and returns its result: what it holds
  // if T is a Status or a StatusOr, else a StatusOr of it. An exception is
  // kInternal. kDeadlineExceeded, naming who waits for what, if it has not
  // ended within run_limit; then it is cancelled.
  template <class T>
  RunResult<T> Run(Task<T> task) {
    auto result = std::make_shared<std::optional<T>>();
    absl::Status ended = RunToEnd(KeepResult(std::move(task), result));
    if (!ended.ok()) return ended;
    return **std::move(result);
  }
  absl::Status Run(Task<void> task);

  // Runs all that is ready without moving the time.
  void RunUntilIdle();
  // RunUntilIdle; then moves the time from timer to timer, and runs at each
  // what has become ready.
  void Advance(absl::Duration duration);

  // ---- what has happened
  // What the event's stream holds now, oldest first.
  template <class T, CodecOf<T> C>
  std::vector<Stored<T>> Messages(const Event<T, C>& event) const {
    std::vector<Stored<T>> messages;
    for (transport::StoredMessage& stored :
         StoredMessages(event.stream_name())) {
      messages.push_back(Decode<T, C>(std::move(stored)));
    }
    return messages;
  }

  // Of an actor, in the order in which they ended; of one message if
  // `sequence` is not 0. All actors' if `actor` is empty.
  std::vector<Attempt> Attempts(std::string_view actor = {},
                                uint64_t sequence = 0) const;
  // Those that are stored, in the order in which their messages died; all
  // actors' if `actor` is empty.
  std::vector<DeadLetter> DeadLetters(std::string_view actor = {}) const;

  walnats::Health Health() const;
  // Health, and who waits for what, for people.
  std::string Describe() const;

  // ---- what tests hand to the code under test; both end with the Harness
  Client client() const;
  Clock& clock();

  // ---- faults: order them before what they shall meet
  // The next `count` attempts of an actor fail with `status` before its
  // handler, and its middleware, are called. Replaces an earlier order.
  void FailNext(std::string_view actor, int count, absl::Status status);
  // The next `count` acks, naks and terms get lost on their way.
  void DropAcks(int count);
  // The connection is lost, and comes back with Reconnect.
  void Disconnect(std::string_view reason = "disconnected by the test");
  void Reconnect();

  // For what is not offered above: streams that others have made, leader
  // changes, a restart of the server.
  MemoryServer& server();

 private:
  class Core;

  absl::Status RunToEnd(Task<absl::Status> task);
  std::vector<transport::StoredMessage> StoredMessages(
      const std::string& stream) const;

  std::unique_ptr<Core> core_;
};

}  // namespace walnats::testing
