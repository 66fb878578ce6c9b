#pragma once

// A long-lived coroutine that runs the handlers of one actor, one job after
// the other. The runner adds a worker only when all others are suspended in
// their handlers, so a job costs no co_spawn.

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "walnats/actor/job.h"
#include "walnats/runtime/spawn.h"
#include "walnats/runtime/suspension.h"
#include "walnats/task.h"

namespace walnats::internal {

// What a worker asks of its runner.
class WorkerPort {
 public:
  // On the runner's thread: the worker's job has ended. Returns the worker's
  // next job, or nullptr: then it parks.
  virtual Job* EndJob(Worker& worker, absl::Status status) = 0;

  // On the runner's thread: the worker is idle until Start or Stop.
  virtual void Park(Worker& worker) = 0;

  // Whether the caller is on the runner's thread.
  virtual bool on_thread() const = 0;

  // From any thread: EndJob and Park later, on the runner's.
  virtual void PostEndJob(Worker& worker, absl::Status status) = 0;

 protected:
  ~WorkerPort() = default;
};

class Worker {
 public:
  // Handlers run on `executor`: the runner's thread, or a strand of its own.
  Worker(WorkerPort& port, const Handler& handler, const Executor& executor);

  // The worker is idle or new.
  void Start(Job& job);
  Job* job() const { return job_; }

  // Cancels the handler that runs `job`, if it still does.
  void Cancel();

  // Ends the idle coroutine; `done` is called when it has ended.
  void Stop(std::function<void()> done);

  ListHook<Worker> idle_hook;

 private:
  Task<absl::Status> Loop();
  Task<absl::Status> RunHandler();

  WorkerPort& port_;
  const Handler& handler_;
  const Executor executor_;
  Job* job_ = nullptr;
  uint64_t begun_ = 0;  // jobs that Start or EndJob gave; the runner's thread
  uint64_t ended_ = 0;  // jobs whose handler has ended; on executor_
  bool cancelled_ = false;  // the state must be reset; on executor_
  bool spawned_ = false;
  bool stopping_ = false;
  std::function<void()> stopped_;
  std::unique_ptr<Slot> slot_;
  Suspension idle_;
  Cancellation cancellation_;
};

}  // namespace walnats::internal
