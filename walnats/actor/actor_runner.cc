#include "walnats/actor/actor_runner.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <cassert>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

// How long handlers may keep the thread before others get their turn.
constexpr absl::Duration kSlice = absl::Milliseconds(1);

int Jobs(const Actor& actor, const RunnerEnvironment& environment) {
  return actor.handler()->plain()
             ? 1
             : std::min(actor.options().max_jobs, environment.jobs.free());
}

void Add(std::atomic<int64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

ActorRunner::ActorRunner(ActorScope scope, const RunnerEnvironment& environment,
                         std::function<void()> on_missing)
    : scope_(std::move(scope)),
      options_(scope_.actor.options()),
      handler_(*scope_.actor.handler()),
      environment_(environment),
      on_missing_(std::move(on_missing)),
      object_(ActorObject(scope_.actor.name(), scope_.actor.event().name())),
      prefetch_(options_.ack_wait, Jobs(scope_.actor, environment)),
      random_(environment.seed),
      pulses_(environment.clock, options_.ack_wait / 3,
              [this](Job& job) { OnPulse(job); }),
      timeouts_(environment.clock, options_.job_timeout,
                [this](Job& job) { OnTimeout(job); }),
      slot_(handler_.NewSlot()) {}

ActorRunner::~ActorRunner() {
  environment_.jobs.Forget(*this);
  while (Job* job = waiting_.PopFront()) delete job;
}

void ActorRunner::Begin() {
  flow_ = environment_.transport.Open(scope_.actor.event().stream_name(),
                                      scope_.actor.name(), environment_.flow,
                                      *this);
  UpdateWant();
}

// A tenth of ack_wait is kept back for the ack's own way.
absl::Time ActorRunner::Deadline(absl::Time received) const {
  return received + options_.ack_wait * 0.9;
}

double ActorRunner::Random() {
  return std::uniform_real_distribution<double>()(random_);
}

void ActorRunner::UpdateWant() {
  if (handing_back_ || closed(Gate::kDrain)) return;
  flow_->Want(closed_ == 0 ? std::max(prefetch_.capacity() - held_, 0) : 0);
}

void ActorRunner::Close(Gate gate) {
  closed_ |= static_cast<unsigned>(gate);
  if (flow_) UpdateWant();
}

void ActorRunner::Open(Gate gate) {
  closed_ &= ~static_cast<unsigned>(gate);
  if (closed_ != 0 || !flow_) return;
  UpdateWant();
  PostKick();
}

// ---- deliveries

void ActorRunner::OnDelivery(transport::Delivery delivery) {
  Job job(scope_, std::move(delivery));
  Accept(job);
}

void ActorRunner::Take(transport::Delivery delivery, Source& source) {
  Add(counts_.redriven);
  Job job(scope_, std::move(delivery), &source, SourcePlace(&source));
  Accept(job);
  PostKick();
}

void ActorRunner::Accept(Job& job) {
  const absl::Time now = environment_.clock.Now();
  job.set_deadline(Deadline(std::min(now, job.delivery.info().sent)));
  if (Divert(job, now)) return;
  if (handler_.plain() && closed_ == 0) {
    RunInline(job, now);
  } else {
    Enqueue(Job::Moved(job), now);
  }
}

bool ActorRunner::Divert(Job& job, absl::Time now) {
  if (handing_back_) {
    HandBack(job);
    return true;
  }
  if (job.deadline() <= now) {
    // It lay in the socket while the process stalled.
    Report(job, JobVerdict::kLost,
           absl::DeadlineExceededError("deadline passed before the start"));
    return true;
  }
  if (auto due = DelayedUntil(job.delivery.message(), now)) {
    // Less than the server's nanosecond would be redelivered at once.
    const absl::Duration wait = std::max(*due - now, absl::Milliseconds(1));
    environment_.transport.Settle(std::move(job.delivery), transport::Nak{wait},
                                  job.deadline());
    return true;
  }
  if (job.attempt <= options_.retry.max_attempts) return false;
  Bury(job, Error(absl::StatusCode::kAborted, "delivery ", job.attempt,
                  " of at most ", options_.retry.max_attempts,
                  ": earlier attempts did not end (crash, stall, or a process "
                  "that left)"));
  return true;
}

void ActorRunner::RunInline(Job& job, absl::Time now) {
  job.started = now;
  for (const auto& observer : environment_.observers) {
    observer->OnStart(job.context);
  }
  absl::Status status = handler_.Decode(job.delivery.message().body(), *slot_);
  if (!status.ok()) {
    status = absl::DataLossError(status.message());
  } else {
    try {
      status = handler_.Call(*slot_, job.context);
    } catch (...) {
      status = CurrentExceptionStatus();
    }
  }
  End(job, std::move(status));
}

void ActorRunner::Enqueue(std::unique_ptr<Job> job, absl::Time now) {
  pulses_.Add(*job, now);
  waiting_.PushBack(*job.release());
  ++held_;
  counts_.waiting.fetch_add(1, std::memory_order_relaxed);
}

void ActorRunner::OnIdle() {
  Kick();
  UpdateWant();
}

// ---- coroutine jobs

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
  if (!environment_.handlers) return environment_.clock.executor();
  return boost::asio::make_strand(environment_.handlers);
}

void ActorRunner::PostKick() {
  if (std::exchange(kick_posted_, true)) return;
  boost::asio::post(environment_.clock.executor(), [this] {
    kick_posted_ = false;
    Kick();
  });
}

Job* ActorRunner::TakeNext(absl::Time now) {
  if (closed_ != 0) return nullptr;
  while (Job* job = waiting_.front()) {
    if (running_ >= options_.max_jobs) return nullptr;
    if (job->deadline() > now && !TakePlace()) return nullptr;
    waiting_.Remove(*job);
    counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
    if (job->deadline() > now) {
      StartTimes(*job, now);
      return job;
    }
    // Its pulses did not get through: another attempt has it by now.
    pulses_.Remove(*job);
    --held_;
    Report(*job, JobVerdict::kLost,
           absl::DeadlineExceededError("deadline passed before the start"));
    delete job;
    UpdateWant();
  }
  return nullptr;
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
  if (now > job.deadline()) return;
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
