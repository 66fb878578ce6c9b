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
#include "walnats/actor/circuit_breaker.h"
#include "walnats/actor/conditions.h"
#include "walnats/actor/dead_letter.h"
#include "walnats/actor/delay_list.h"
#include "walnats/actor/delivery_order.h"
#include "walnats/actor/job.h"
#include "walnats/actor/parking.h"
#include "walnats/actor/prefetch.h"
#include "walnats/actor/waiting_jobs.h"
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
  kParking = 16,    // until it knows which keys are parked
};

class ActorRunner final : public transport::DeliverySink,
                          public Limiter::Waiter,
                          public WorkerPort {
 public:
  // `on_missing` is called when the consumer is gone; Restart once it is back.
  // `on_doubt` when what comes may be of another incarnation of the stream:
  // Close(Gate::kUnverified) then, and Open it or GiveUp.
  ActorRunner(ActorScope scope, const RunnerEnvironment& environment,
              std::function<void()> on_missing,
              std::function<void()> on_doubt = {});
  ~ActorRunner();  // idle() must hold, or the transport be closed

  // Of an actor with Dead::kPark, before Begin; `parking` outlives it.
  void SetParking(Parking& parking) { parking_ = &parking; }
  void Begin();
  void Restart();

  // A delivery of another source, to be attempted like any. Its origin is
  // RedrivenOrigin, which the source has checked. `idle` of its deliveries were
  // no attempts.
  void Take(transport::Delivery delivery, Source& source, int64_t idle = 0);

  // Any number of gates may be closed; it starts jobs while none is.
  void Close(Gate gate);
  void Open(Gate gate);
  bool closed(Gate gate) const { return (closed_ & Bit(gate)) != 0; }

  // By a person, until then; InfinitePast: not, or no more. It ends by itself.
  void Pause(absl::Time until);
  // Calls of Pause.
  int64_t pauses() const { return pauses_; }

  // The stream is another one: takes nothing any more, drops what waits, and
  // settles nothing of what runs, whose numbers mean other messages now. What
  // came from other sources goes back to them.
  void GiveUp(std::string problem);
  bool given_up() const { return given_up_; }

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
  // Of its stream, in what was delivered here; the transport's thread.
  uint64_t highest_sequence() const { return order_.highest(); }
  // Shown in Health; empty: well again.
  void SetProblem(std::string problem);

 private:
  void OnDelivery(transport::Delivery delivery) override;
  void OnOverflow(transport::Delivery delivery) override;
  void OnUnanswered() override;
  void OnIdle() override;
  void OnFlowEvent(transport::FlowEvent event,
                   std::string_view detail) override;
  void OnPlace() override;

  Job* EndJob(Worker& worker, absl::Status status) override;
  void Park(Worker& worker) override;
  void PostEndJob(Worker& worker, absl::Status status) override;
  bool on_thread() const override { return scope_.client->on_thread(); }

  static constexpr unsigned Bit(Gate gate) {
    return static_cast<unsigned>(gate);
  }

  void Accept(Job& job);
  void RunInline(Job& job, absl::Time now);
  // To wait until `not_before` at least, prolonged by pulses.
  void Enqueue(std::unique_ptr<Job> job, absl::Time not_before);
  std::unique_ptr<Job> Dequeue(Job& waiting);
  // Dead, late, delayed or handed back: whatever does not reach the handler.
  bool Divert(Job& job, absl::Time now);

  // Starts what waits and may run.
  void Kick();
  // The same in a later turn of the loop: others come first.
  void PostKick();
  Job* TakeNext(absl::Time now);
  bool MayStart() const;
  bool TakePlace();
  // Of a job that waits and may start: late, or diverted now that it is known
  // to be what it seems. It is gone then.
  bool Discard(Job& job, absl::Time now);
  void StartTimes(Job& job, absl::Time now);
  Executor WorkerExecutor() const;
  void OnPulse(Job& job);
  void OnTimeout(Job& job);

  // ---- order per key, breaker, pause (runner_hold.cc)
  // Decodes the message for its key, if it is to have one.
  absl::Status ReadKey(Job& job);
  // Another attempt has the message by now, or will.
  void Lose(Job& job, const absl::Status& status);
  // The job runs again here, and nothing is said to the server.
  void Requeue(Job& job, absl::Time not_before);
  // The actor stands still for a dependency: no attempt was spent.
  void Suspend(Job& job, const absl::Status& status);
  void TellBreaker(const Job& job, const absl::Status& status);
  void OnBreakerTime();

  // Settles the job by `status`.
  void End(Job& job, absl::Status status);
  // OK if it may run. Else it is dead, by itself or by its key's parked ones.
  absl::Status DeadOf(Job& job) const;
  // nullptr if it has no part in parked keys: they are of one stream, and what
  // is redriven may be of an earlier one.
  Parking* ParkingOf(const Job& job) const;
  // A redriven one was handled, which frees what waited behind it.
  void Unpark(Job& job);
  // Its handler is done: only this is repeated, while the message is ours.
  Task<absl::Status> FreeKey(const Job& held);
  void Acknowledge(Job& job);
  void AcknowledgeSync(Job& job);
  void Retry(Job& job, const absl::Status& status, absl::Duration delay);
  void Bury(Job& job, absl::Status status);
  void OnBuried(std::unique_ptr<Job> job, const absl::Status& status,
                const absl::Status& stored);
  void SetDeadProblem(const absl::Status& status);
  // Dead, and its letter stored if it is to have one.
  void Terminate(Job& job, const absl::Status& status);
  void HandBack(Job& job);
  // Keeps the job, prolonged by pulses, until Drop.
  Job& Hold(Job& job, absl::Time now);
  std::unique_ptr<Job> Drop(Job& job);
  AttemptErrors::Key KeyOf(const Job& job) const {
    return {job.origin.sequence, job.origin.generation,
            job.origin.stream_created};
  }
  void Report(const Job& job, JobVerdict verdict, const absl::Status& status,
              absl::Duration delay = absl::ZeroDuration());
  void UpdateWant();
  int Room() const;
  absl::Time Deadline(absl::Time received) const;
  double Random();

  const ActorScope scope_;
  const ActorOptions& options_;
  const Handler& handler_;
  const bool keyed_;  // an order per key
  const RunnerEnvironment environment_;
  const std::function<void()> on_missing_;
  const std::function<void()> on_doubt_;
  std::unique_ptr<transport::Flow> flow_;
  const std::string object_;  // of its conditions
  DeliveryOrder order_;
  Prefetch prefetch_;
  AttemptErrors errors_;
  std::minstd_rand random_;  // small: one for each actor

  Parking* parking_ = nullptr;
  WaitingJobs waiting_;
  Timer wake_timer_;  // for what waits in lanes
  BreakerState breaker_;
  Timer breaker_timer_;
  Timer pause_timer_;
  int64_t pauses_ = 0;
  DelayList<&Job::pulse_hook, &Job::pulse_due> pulses_;
  DelayList<&Job::timeout_hook, &Job::timeout_due> timeouts_;
  int held_ = 0;                     // jobs that wait, run, or are being buried
  int running_ = 0;                  // in workers
  unsigned closed_ = 0;              // gates
  std::atomic<bool> paused_{false};  // for Health
  bool handing_back_ = false;
  bool given_up_ = false;
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
