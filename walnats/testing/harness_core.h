#pragma once

// What a Harness is made of, and how it moves time. Apart from the Harness, so
// that it can be left behind whole when coroutines in it do not end.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/client/client_core.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/lifecycle.h"
#include "walnats/testing/actor_watch.h"
#include "walnats/testing/attempt_log.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/memory/server.h"

namespace walnats::testing {

class Harness::Core {
 public:
  explicit Core(HarnessOptions options);

  void Add(Service service);
  absl::Status Start();
  absl::Status Stop();
  // Everything has ended; else this must live as long as the program.
  bool ended() const { return !lifecycle_ || result_.has_value(); }

  absl::Status RunToEnd(Task<absl::Status> task);
  void RunUntilIdle();
  void Advance(absl::Duration duration);

  void FailNext(std::string_view actor, int count, absl::Status status);

  walnats::Health Health() const;
  // A line per actor whose jobs wait.
  std::string Waiting() const;

  Client client() const { return Client(client_); }
  Task<absl::StatusOr<Receipt>> EmitBytes(const EventInfo& event,
                                          std::string bytes,
                                          const EmitOptions& options) {
    return walnats::internal::Emit(client_, event, absl::OkStatus(),
                                   std::move(bytes), options);
  }
  FakeClock& clock() { return clock_; }
  MemoryServer& server() { return server_; }
  const std::vector<Attempt>& attempts() const { return attempts_->attempts(); }

 private:
  struct TaskRun {
    Cancellation cancellation;
    std::optional<absl::Status> result;
  };

  // Start, as far as it goes without an error.
  absl::Status TryStart();
  walnats::internal::LifecycleParts Parts();
  // OK unless the caller is itself run by this.
  absl::Status CheckOutside(std::string_view act) const;
  // Keeps the first thing that the test itself has done wrong.
  void Misuse(absl::Status status);

  // Runs, and moves the time, until `done`; false if it is not within
  // run_limit.
  bool MoveUntil(const std::function<bool()>& done);
  // Runs what is ready now, and what threads are still at.
  void Settle();
  bool RunOne();
  // If handlers are at work on other threads: runs what comes from there next.
  bool AwaitThreads();
  int AtWorkElsewhere() const;
  absl::Status TooLong(std::string_view act) const;

  HarnessOptions options_;
  // Of Run, until nothing of their coroutines is left; some may stay suspended
  // until `io_` goes.
  std::vector<std::unique_ptr<TaskRun>> runs_;
  boost::asio::io_context io_{1};
  FakeClock clock_;
  const std::shared_ptr<AttemptLog> attempts_;
  MemoryServer server_;
  const std::shared_ptr<walnats::internal::ClientCore> client_;

  std::vector<Service> services_;
  std::map<const walnats::internal::Handler*, std::shared_ptr<ActorWatch>>
      watches_;  // by the handlers that the runners see
  std::vector<std::shared_ptr<ActorWatch>> watched_;  // as they were added

  absl::Status misuse_;
  std::optional<absl::Status> started_;  // how Start ended
  bool ready_ = false;
  bool threads_hang_ = false;  // nothing has come from them for too long
  std::unique_ptr<walnats::internal::Lifecycle> lifecycle_;
  std::optional<absl::Status> result_;  // of the lifecycle
};

}  // namespace walnats::testing
