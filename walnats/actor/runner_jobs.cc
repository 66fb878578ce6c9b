// The half of ActorRunner that starts what waits: workers, places, pulses,
// time-outs.

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <utility>

#include "walnats/actor/actor_runner.h"
#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

// How long handlers may keep the thread before others get their turn.
constexpr absl::Duration kSlice = absl::Milliseconds(1);

void Add(std::atomic<int64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

void ActorRunner::Kick() {
  absl::Time now = environment_.clock.Now();
  slice_end_ = now + kSlice;
  while (Job* job = TakeNext(now)) {
    Worker* worker = idle_workers_.PopFront();
    if (worker == nullptr) {
      workers_.push_back(
          std::make_unique<Worker>(*this, handler_, WorkerExecutor()));
      worker = workers_.back().get();
    }
    worker->Start(*job);
    now = environment_.clock.Now();
    if (now >= slice_end_) return PostKick();
  }
  if (std::exchange(has_place_, false)) environment_.jobs.Release();
}

// Taken now, used in a later turn: whoever takes none now is behind all others
// when its turn comes.
void ActorRunner::OnPlace() {
  has_place_ = environment_.jobs.TryAcquire(*this);
  if (has_place_) PostKick();
}

bool ActorRunner::TakePlace() {
  return std::exchange(has_place_, false) ||
         environment_.jobs.TryAcquire(*this);
}

Executor ActorRunner::WorkerExecutor() const {
  // Plain ones run one at a time, and nowhere else.
  if (!environment_.handlers || handler_.plain()) {
    return environment_.clock.executor();
  }
  return boost::asio::make_strand(environment_.handlers);
}

void ActorRunner::PostKick() {
  if (std::exchange(kick_posted_, true)) return;
  boost::asio::post(environment_.clock.executor(), [this] {
    kick_posted_ = false;
    Kick();
  });
}

bool ActorRunner::MayStart() const {
  return closed_ == 0 ||
         (closed_ == Bit(Gate::kBreaker) && breaker_.wants_probe());
}

Job* ActorRunner::TakeNext(absl::Time now) {
  while (Job* job = MayStart() ? waiting_.Front(now) : nullptr) {
    if (running_ >= options_.max_jobs) return nullptr;
    if (Discard(*job, now)) {
      UpdateWant();
      continue;
    }
    const absl::Status dead_of = DeadOf(*job);
    if (dead_of.ok() && !TakePlace()) return nullptr;
    waiting_.Start(*job);
    counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
    if (dead_of.ok()) {
      job->probe = breaker_.TakeProbe();
      StartTimes(*job, now);
      return job;
    }
    Bury(*Drop(*job), dead_of);
  }
  if (waiting_.next() > now && waiting_.next() != absl::InfiniteFuture()) {
    wake_timer_.Set(waiting_.next());
  }
  return nullptr;
}

bool ActorRunner::Discard(Job& job, absl::Time now) {
  if (job.deadline() <= now) {
    // Its pulses did not get through.
    Lose(*Dequeue(job),
         absl::DeadlineExceededError("deadline passed before the start"));
    return true;
  }
  if (!std::exchange(job.unverified, false) || !Divert(job, now)) return false;
  Dequeue(job);
  return true;
}

void ActorRunner::StartTimes(Job& job, absl::Time now) {
  job.started = now;
  ++running_;
  counts_.running.fetch_add(1, std::memory_order_relaxed);
  if (options_.job_timeout != absl::InfiniteDuration()) {
    timeouts_.Add(job, job.started);
  }
  for (const auto& observer : environment_.observers) {
    observer->OnStart(job.context);
  }
}

Job* ActorRunner::EndJob(Worker& worker, absl::Status status) {
  std::unique_ptr<Job> job(worker.job());
  timeouts_.Remove(*job);
  pulses_.Remove(*job);
  --running_;
  --held_;
  counts_.running.fetch_sub(1, std::memory_order_relaxed);
  environment_.jobs.Release();
  if (!job->closed) End(*job, std::move(status));
  job.reset();  // so that its lane is free
  UpdateWant();
  const absl::Time now = environment_.clock.Now();
  if (now >= slice_end_) {
    PostKick();
    return nullptr;
  }
  Job* next = TakeNext(now);
  if (next != nullptr) next->worker = &worker;
  return next;
}

void ActorRunner::Park(Worker& worker) { idle_workers_.PushBack(worker); }

void ActorRunner::PostEndJob(Worker& worker, absl::Status status) {
  boost::asio::post(environment_.clock.executor(),
                    [this, &worker, status = std::move(status)] {
                      if (Job* next = EndJob(worker, status)) {
                        worker.Start(*next);
                      } else {
                        Park(worker);
                      }
                    });
}

void ActorRunner::OnPulse(Job& job) {
  const absl::Time now = environment_.clock.Now();
  // Past it another attempt may have the message: nothing may prolong this one.
  if (now > job.deadline()) {
    if (!keyed_ || !job.waits) return;
    Lose(*Dequeue(job),
         absl::DeadlineExceededError("its pulses were not sent"));
    return UpdateWant();
  }
  // While the connection is down the old deadline stands.
  if (environment_.transport.InProgress(job.delivery)) {
    job.set_deadline(Deadline(now));
  }
  pulses_.Add(job, now);
}

void ActorRunner::OnTimeout(Job& job) {
  // The outcome settles now, through a copy: the handler still reads this one.
  job.closed = true;
  pulses_.Remove(job);
  Add(counts_.timed_out);
  const std::unique_ptr<Job> ended = Job::CopyOf(job);
  End(*ended,
      Error(absl::StatusCode::kDeadlineExceeded, "job over its limit of ",
            absl::FormatDuration(options_.job_timeout)));
  job.worker->Cancel();
}

}  // namespace walnats::internal
