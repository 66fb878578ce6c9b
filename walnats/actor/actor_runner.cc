#include "walnats/actor/actor_runner.h"

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <cassert>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/runtime/spawn.h"
#include "walnats/transport/owned_message.h"

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
absl::Time ActorRunner::Deadline(absl::Time now) const {
  return now + options_.ack_wait * 0.9;
}

double ActorRunner::Random() {
  return std::uniform_real_distribution<double>()(random_);
}

void ActorRunner::UpdateWant() {
  if (holding_ || handing_back_) return;
  flow_->Want(std::max(prefetch_.capacity() - held_, 0));
}

// ---- deliveries

void ActorRunner::OnDelivery(transport::Delivery delivery) {
  const absl::Time now = environment_.clock.Now();
  if (Divert(delivery, now)) return;
  if (handler_.plain() && !holding_) {
    RunInline(std::move(delivery), now);
  } else {
    Enqueue(std::move(delivery), now);
  }
}

bool ActorRunner::Divert(transport::Delivery& delivery, absl::Time now) {
  const absl::Time deadline = Deadline(now);
  if (handing_back_) {
    environment_.transport.Settle(
        std::move(delivery), transport::Nak{absl::ZeroDuration()}, deadline);
    return true;
  }
  if (auto due = DelayedUntil(delivery.message(), now)) {
    // Less than the server's nanosecond would be redelivered at once.
    const absl::Duration wait = std::max(*due - now, absl::Milliseconds(1));
    environment_.transport.Settle(std::move(delivery), transport::Nak{wait},
                                  deadline);
    return true;
  }
  if (delivery.info().delivered <=
      static_cast<uint64_t>(options_.retry.max_attempts)) {
    return false;
  }
  Job job(scope_, std::move(delivery));
  if (job.attempt <= options_.retry.max_attempts) {
    delivery = std::move(job.delivery);
    return false;
  }
  job.set_deadline(deadline);
  Bury(job, Error(absl::StatusCode::kAborted, "delivery ", job.attempt,
                  " of at most ", options_.retry.max_attempts,
                  ": earlier attempts did not end (crash, stall, or a process "
                  "that left)"));
  return true;
}

void ActorRunner::RunInline(transport::Delivery delivery, absl::Time now) {
  Job job(scope_, std::move(delivery));
  job.set_deadline(Deadline(now));
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

void ActorRunner::Enqueue(transport::Delivery delivery, absl::Time now) {
  auto* job = new Job(scope_, std::move(delivery));
  job->set_deadline(Deadline(now));
  pulses_.Add(*job, now);
  waiting_.PushBack(*job);
  ++held_;
  counts_.waiting.fetch_add(1, std::memory_order_relaxed);
}

void ActorRunner::OnIdle() {
  Kick();
  UpdateWant();
}

void ActorRunner::OnFlowEvent(transport::FlowEvent event,
                              std::string_view detail) {
  const bool stalled = event != transport::FlowEvent::kResumed;
  {
    std::lock_guard lock(health_mutex_);
    stalled_ = stalled;
    problem_ = stalled ? std::string(detail) : "";
  }
  Log(LogLevel::kWarning, "actor \"", scope_.actor.name(),
      "\": ", stalled ? "stalled: " : "well again: ", detail);
  if (event == transport::FlowEvent::kConsumerMissing) on_missing_();
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
  if (holding_) return nullptr;
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
  Job ended(scope_, transport::CopyOf(job.delivery));
  ended.set_deadline(job.deadline());
  ended.started = job.started;
  End(ended,
      Error(absl::StatusCode::kDeadlineExceeded, "job over its limit of ",
            absl::FormatDuration(options_.job_timeout)));
  job.worker->Cancel();
}

}  // namespace walnats::internal
