// How a job ends: the half of ActorRunner from the handler's Status to the
// server.

#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

#include "walnats/actor/actor_runner.h"
#include "walnats/base/log.h"
#include "walnats/retry.h"
#include "walnats/runtime/spawn.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {
namespace {

void Add(std::atomic<int64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
}

Task<absl::Status> StoreLetter(DeadSink& sink, v1::DeadLetter letter) {
  co_return co_await sink.Store(letter);
}

}  // namespace

void ActorRunner::End(Job& job, absl::Status status) {
  const absl::Time now = environment_.clock.Now();
  const absl::Duration duration = now - job.started;
  prefetch_.Record(duration);
  if (handler_.plain() && duration > options_.job_timeout) {
    Add(counts_.timed_out);
    status = Error(absl::StatusCode::kDeadlineExceeded, "job took ",
                   absl::FormatDuration(duration), " of at most ",
                   absl::FormatDuration(options_.job_timeout));
  }
  if (now > job.deadline()) {
    return Report(job, JobVerdict::kLost, status);
  }
  const Outcome outcome = Decide(status, job.attempt, options_.retry, Random());
  switch (outcome.verdict) {
    case Verdict::kAck:
      Report(job, JobVerdict::kHandled, status);
      environment_.transport.Settle(std::move(job.delivery), transport::Ack{},
                                    job.deadline());
      break;
    case Verdict::kRetry:
      Report(job, JobVerdict::kRetry, status, outcome.delay);
      environment_.transport.Settle(std::move(job.delivery),
                                    transport::Nak{outcome.delay},
                                    job.deadline());
      break;
    case Verdict::kDead:
      Bury(job, std::move(status));
      break;
  }
}

void ActorRunner::Bury(Job& job, absl::Status status) {
  auto* dead = new Job(scope_, std::move(job.delivery));
  dead->started = job.started;
  dead->set_deadline(job.deadline());
  const absl::Time now = environment_.clock.Now();
  pulses_.Add(*dead, now);
  ++held_;
  v1::DeadLetter letter = MakeDeadLetter(*dead, status, now);
  Spawn(environment_.clock.executor(),
        StoreLetter(environment_.dead, std::move(letter)),
        [this, dead, status](const absl::Status& stored) {
          OnBuried(std::unique_ptr<Job>(dead), status, stored);
        });
}

void ActorRunner::OnBuried(std::unique_ptr<Job> job, const absl::Status& status,
                           const absl::Status& stored) {
  pulses_.Remove(*job);
  --held_;
  {
    std::lock_guard lock(health_mutex_);
    dead_problem_ = std::string(stored.message());
  }
  const transport::DeliveryInfo& info = job->delivery.info();
  const std::string what =
      Cat("actor \"", scope_.actor.name(), "\": message ", info.stream_sequence,
          " of stream \"", info.stream, "\"");
  if (stored.ok()) {
    Log(LogLevel::kWarning, what, " is dead after attempt ", job->attempt, ": ",
        status.ToString());
    Report(*job, JobVerdict::kDead, status);
    environment_.transport.Settle(std::move(job->delivery),
                                  transport::Term{ToStd(status.message())},
                                  job->deadline());
  } else {
    // Not terminated: it comes again, and is buried then.
    const absl::Duration delay =
        RetryDelay(job->attempt, options_.retry, Random());
    Log(LogLevel::kError, what,
        " cannot be stored as dead letter, tried again"
        " in ",
        absl::FormatDuration(delay), ": ", stored.ToString());
    Report(*job, JobVerdict::kRetry, status, delay);
    environment_.transport.Settle(std::move(job->delivery),
                                  transport::Nak{delay}, job->deadline());
  }
  UpdateWant();
}

void ActorRunner::Report(const Job& job, JobVerdict verdict,
                         const absl::Status& status, absl::Duration delay) {
  const absl::Time now = environment_.clock.Now();
  switch (verdict) {
    case JobVerdict::kHandled:
      Add(counts_.handled);
      counts_.last_handled.store(absl::ToUnixNanos(now),
                                 std::memory_order_relaxed);
      break;
    case JobVerdict::kRetry:
      Add(counts_.retried);
      break;
    case JobVerdict::kDead:
      Add(counts_.dead);
      break;
    case JobVerdict::kLost:
      Add(counts_.lost);
      break;
  }
  const bool ran = job.started != absl::InfinitePast();
  const JobEnd end{verdict, status, delay,
                   ran ? now - job.started : absl::ZeroDuration()};
  for (const auto& observer : environment_.observers) {
    observer->OnEnd(job.context, end);
  }
}

// ---- drain and health

void ActorRunner::HandBack() {
  handing_back_ = true;
  environment_.jobs.Forget(*this);
  if (flow_) flow_->Stop();
  while (Job* waiting = waiting_.PopFront()) {
    std::unique_ptr<Job> job(waiting);
    pulses_.Remove(*job);
    --held_;
    counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
    environment_.transport.Settle(std::move(job->delivery),
                                  transport::Nak{absl::ZeroDuration()},
                                  job->deadline());
  }
}

void ActorRunner::Cancel() {
  for (const std::unique_ptr<Worker>& worker : workers_) {
    if (!worker->idle_hook.linked) worker->Cancel();
  }
}

void ActorRunner::Stop(std::function<void()> done) {
  assert(idle());
  flow_.reset();
  pulses_.Stop();
  timeouts_.Stop();
  auto left = std::make_shared<size_t>(workers_.size() + 1);
  auto one_less = [left, done = std::move(done),
                   executor = environment_.clock.executor()] {
    boost::asio::post(executor, [left, done] {
      if (--*left == 0) done();
    });
  };
  for (const std::unique_ptr<Worker>& worker : workers_) {
    worker->Stop(one_less);
  }
  one_less();
}

void ActorRunner::Restart() {
  {
    std::lock_guard lock(health_mutex_);
    stalled_ = false;  // no kResumed follows a kConsumerMissing
    problem_.clear();
  }
  flow_->Restart();
}

void ActorRunner::SetProblem(std::string problem) {
  std::lock_guard lock(health_mutex_);
  problem_ = std::move(problem);
}

ActorHealth ActorRunner::Health() const {
  ActorHealth health;
  health.name = scope_.actor.name();
  health.event = std::string(scope_.actor.event().name());
  health.handled = counts_.handled;
  health.retried = counts_.retried;
  health.dead = counts_.dead;
  health.lost = counts_.lost;
  health.timed_out = counts_.timed_out;
  health.running = counts_.running;
  health.waiting = counts_.waiting;
  if (counts_.last_handled != 0) {
    health.last_handled = absl::FromUnixNanos(counts_.last_handled);
  }
  std::lock_guard lock(health_mutex_);
  health.stalled = stalled_;
  health.problem = problem_.empty() ? dead_problem_ : problem_;
  return health;
}

}  // namespace walnats::internal
