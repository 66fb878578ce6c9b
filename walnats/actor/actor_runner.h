#pragma once

// Runs one actor in one process: takes deliveries from a flow, runs the
// handler, settles by its Status. Plain handlers run inside the delivery's
// call, coroutine handlers in workers. Everything on the transport's thread.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "walnats/actor/attempt_errors.h"
#include "walnats/actor/conditions.h"
#include "walnats/actor/dead_letter.h"
#include "walnats/actor/delay_list.h"
#include "walnats/actor/job.h"
#include "walnats/actor/prefetch.h"
#include "walnats/actor/worker.h"
#include "walnats/health.h"
#include "walnats/observer.h"
#include "walnats/runtime/limiter.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// What a runner shares with the others of its Services; all outlive it.
struct RunnerEnvironment {
  transport::Transport& transport;
  TimerQueue& clock;
  Limiter& jobs;  // coroutine jobs of the process
  DeadSink& dead;
  Conditions& conditions;
  const std::vector<std::shared_ptr<Observer>>& observers;
  Executor handlers;  // empty: the transport's thread
  transport::FlowOptions flow;
  uint32_t seed = std::random_device()();  // of the retries' jitter
};

// Why an actor starts nothing; what it was given already waits, prolonged.
enum class Gate : unsigned {
  kDrain = 1,
  kPaused = 2,      // by a person
  kBreaker = 4,     // by its circuit breaker
  kUnverified = 8,  // whether its stream is still the one it knows
};

class ActorRunner final : public transport::DeliverySink,
                          public Limiter::Waiter,
                          public WorkerPort {
 public:
  // `on_missing` is called when the consumer is gone; Restart once it is back.
  ActorRunner(ActorScope scope, const RunnerEnvironment& environment,
              std::function<void()> on_missing);
  ~ActorRunner();  // idle() must hold, or the transport be closed

  void Begin();
  void Restart();

  // A delivery of another source, to be attempted like any. Its origin is
  // RedrivenOrigin, which the source has checked.
  void Take(transport::Delivery delivery, Source& source);

  // Any number of gates may be closed; it starts jobs while none is.
  void Close(Gate gate);
  void Open(Gate gate);
  bool closed(Gate gate) const {
    return (closed_ & static_cast<unsigned>(gate)) != 0;
  }

  // ---- drain, in this order, after Close(Gate::kDrain)
  // No more pulls; what waits, and what still comes, is handed back at once.
  void HandBack();
  // Cancels the handlers that run.
  void Cancel();
  // Nothing runs and nothing waits to be settled.
  bool idle() const { return held_ == 0; }
  // Called once when idle() and all workers have ended; then destroy it.
  void Stop(std::function<void()> done);

  // Any thread.
  ActorHealth Health() const;

  const Actor& actor() const { return scope_.actor; }
  // Shown in Health; empty: well again.
  void SetProblem(std::string problem);

 private:
  void OnDelivery(transport::Delivery delivery) override;
  void OnIdle() override;
  void OnFlowEvent(transport::FlowEvent event,
                   std::string_view detail) override;
  void OnPlace() override;

  Job* EndJob(Worker& worker, absl::Status status) override;
  void Park(Worker& worker) override;
  void PostEndJob(Worker& worker, absl::Status status) override;
  bool on_thread() const override { return scope_.client->on_thread(); }

  void Accept(Job& job);
  void RunInline(Job& job, absl::Time now);
  void Enqueue(std::unique_ptr<Job> job, absl::Time now);
  // Dead, late, delayed or handed back: whatever does not reach the handler.
  bool Divert(Job& job, absl::Time now);

  // Starts what waits and may run.
  void Kick();
  // The same in a later turn of the loop: others come first.
  void PostKick();
  Job* TakeNext(absl::Time now);
  bool TakePlace();
  void StartTimes(Job& job, absl::Time now);
  Executor WorkerExecutor() const;
  void OnPulse(Job& job);
  void OnTimeout(Job& job);

  // Settles the job by `status`.
  void End(Job& job, absl::Status status);
  void Acknowledge(Job& job);
  void AcknowledgeSync(Job& job);
  void Retry(Job& job, const absl::Status& status, absl::Duration delay);
  void Bury(Job& job, absl::Status status);
  void OnBuried(std::unique_ptr<Job> job, const absl::Status& status,
                const absl::Status& stored);
  // Dead, and its letter stored if it is to have one.
  void Terminate(Job& job, const absl::Status& status);
  void HandBack(Job& job);
  // Keeps the job, prolonged by pulses, until Drop.
  Job& Hold(Job& job, absl::Time now);
  std::unique_ptr<Job> Drop(Job& job);
  AttemptErrors::Key KeyOf(const Job& job) const {
    return {job.origin.sequence, job.origin.generation};
  }
  void Report(const Job& job, JobVerdict verdict, const absl::Status& status,
              absl::Duration delay = absl::ZeroDuration());
  void UpdateWant();
  absl::Time Deadline(absl::Time received) const;
  double Random();

  const ActorScope scope_;
  const ActorOptions& options_;
  const Handler& handler_;
  const RunnerEnvironment environment_;
  const std::function<void()> on_missing_;
  std::unique_ptr<transport::Flow> flow_;
  const std::string object_;  // of its conditions
  Prefetch prefetch_;
  AttemptErrors errors_;
  std::mt19937 random_;

  IntrusiveList<Job, &Job::wait_hook> waiting_;
  DelayList<&Job::pulse_hook, &Job::pulse_due> pulses_;
  DelayList<&Job::timeout_hook, &Job::timeout_due> timeouts_;
  int held_ = 0;                     // jobs that wait, run, or are being buried
  int running_ = 0;                  // in workers
  unsigned closed_ = 0;              // gates
  std::atomic<bool> paused_{false};  // for Health
  bool handing_back_ = false;
  bool kick_posted_ = false;
  bool has_place_ = false;  // of the limiter, for the Kick that is posted
  absl::Time slice_end_ = absl::InfinitePast();

  std::unique_ptr<Slot> slot_;  // of the plain path
  std::vector<std::unique_ptr<Worker>> workers_;
  IntrusiveList<Worker, &Worker::idle_hook> idle_workers_;

  struct Counts {
    std::atomic<int64_t> handled{0}, retried{0}, dead{0}, lost{0};
    std::atomic<int64_t> timed_out{0}, redriven{0}, last_handled{0};
    std::atomic<int> running{0}, waiting{0};
  };
  Counts counts_;
  mutable std::mutex health_mutex_;
  std::string problem_;       // guarded
  std::string dead_problem_;  // guarded
  bool stalled_ = false;      // guarded
};

}  // namespace walnats::internal
