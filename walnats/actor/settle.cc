// How a job ends: the half of ActorRunner from the handler's Status to the
// server.

#include <utility>

#include "walnats/actor/actor_runner.h"
#include "walnats/base/log.h"
#include "walnats/base/steps.h"
#include "walnats/retry.h"
#include "walnats/runtime/spawn.h"
#include "walnats/transport/owned_message.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {
namespace {

void Add(std::atomic<int64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
}

// With `parking` the key is parked first: see there why.
Task<absl::Status> StoreLetter(DeadSink& sink, Parking* parking,
                               v1::DeadLetter letter) {
  if (parking != nullptr) {
    const absl::Status parked = co_await parking->Park(
        letter.key(), letter.sequence(), letter.generation());
    if (!parked.ok()) co_return parked;
    AtStep("dead: key parked");
  }
  co_return co_await sink.Store(letter);
}

}  // namespace

void ActorRunner::End(Job& job, absl::Status status) {
  const absl::Time now = environment_.clock.Now();
  job.ended = now;
  const absl::Duration duration = now - job.started;
  prefetch_.Record(duration);
  if (handler_.plain() && duration > options_.job_timeout) {
    Add(counts_.timed_out);
    status = Error(absl::StatusCode::kDeadlineExceeded, "job took ",
                   absl::FormatDuration(duration), " of at most ",
                   absl::FormatDuration(options_.job_timeout));
  }
  TellBreaker(job, status);
  if (now > job.deadline()) return Lose(job, status);
  const bool failed = !status.ok() && !IsFatal(status);
  if (failed && !breaker_.closed()) return Suspend(job, status);
  const Outcome outcome =
      Decide(status, job.attempt, options_.retry, status.ok() ? 0.0 : Random());
  switch (outcome.verdict) {
    case Verdict::kAck:
      return Acknowledge(job);
    case Verdict::kRetry:
      return Retry(job, status, outcome.delay);
    case Verdict::kDead:
      return Bury(job, std::move(status));
  }
}

Parking* ActorRunner::ParkingOf(const Job& job) const {
  const bool ours = job.origin.stream_created == scope_.stream_created;
  return job.has_key && ours ? parking_ : nullptr;
}

void ActorRunner::Acknowledge(Job& job) {
  if (job.source != nullptr && ParkingOf(job) && !job.unparked) {
    return Unpark(job);
  }
  errors_.Forget(KeyOf(job));
  if (job.source == nullptr && options_.ack_sync) return AcknowledgeSync(job);
  Report(job, JobVerdict::kHandled, absl::OkStatus());
  if (job.source != nullptr) {
    job.source->Finish(std::move(job.delivery), JobVerdict::kHandled,
                       job.deadline());
  } else {
    environment_.transport.Settle(std::move(job.delivery), transport::Ack{},
                                  job.deadline());
  }
}

void ActorRunner::AcknowledgeSync(Job& job) {
  Job& held = Hold(job, environment_.clock.Now());
  // A copy, because what is reported afterwards still names the message.
  Spawn(environment_.clock.executor(),
        environment_.transport.AckSync(transport::CopyOf(held.delivery)),
        [this, &held](const absl::Status& confirmed) {
          const std::unique_ptr<Job> acked = Drop(held);
          if (confirmed.ok()) {
            Report(*acked, JobVerdict::kHandled, confirmed);
          } else {
            Lose(*acked, confirmed);
          }
          UpdateWant();
          PostKick();
        });
}

void ActorRunner::Retry(Job& job, const absl::Status& status,
                        absl::Duration delay) {
  errors_.Add(KeyOf(job), job.attempt, environment_.clock.Now(), status);
  Report(job, JobVerdict::kRetry, status, delay);
  if (job.has_key && !handing_back_ && !given_up_) {
    ++job.attempt;
    return Requeue(job, environment_.clock.Now() + delay);
  }
  environment_.transport.Settle(std::move(job.delivery), transport::Nak{delay},
                                job.deadline());
}

Job& ActorRunner::Hold(Job& job, absl::Time now) {
  Job& held = *Job::Moved(job).release();
  pulses_.Add(held, now);
  ++held_;
  return held;
}

std::unique_ptr<Job> ActorRunner::Drop(Job& job) {
  pulses_.Remove(job);
  --held_;
  return std::unique_ptr<Job>(&job);
}

void ActorRunner::Bury(Job& job, absl::Status status) {
  const std::vector<FailedAttempt> errors = errors_.Of(KeyOf(job));
  if (options_.dead == Dead::kDrop) return Terminate(job, status);
  const absl::Time now = environment_.clock.Now();
  Job& dead = Hold(job, now);
  Parking* const parking = ParkingOf(dead);
  Spawn(environment_.clock.executor(),
        StoreLetter(environment_.dead, parking,
                    MakeDeadLetter(dead, status, errors, now)),
        [this, &dead, status](const absl::Status& stored) {
          OnBuried(Drop(dead), status, stored);
        });
}

void ActorRunner::SetDeadProblem(const absl::Status& status) {
  const std::string problem(ToStd(status.message()));
  {
    std::lock_guard lock(health_mutex_);
    dead_problem_ = problem;
  }
  environment_.conditions.Set(ConditionKind::kDeadUnstored, object_, problem);
}

void ActorRunner::OnBuried(std::unique_ptr<Job> job, const absl::Status& status,
                           const absl::Status& stored) {
  SetDeadProblem(stored);
  if (stored.ok()) {
    Terminate(*job, status);
  } else {
    // Not terminated: it comes again, and is buried then.
    if (job->parked_behind == 0) job->dead_of = status;
    Retry(*job, status, RetryDelay(job->attempt, options_.retry, Random()));
  }
  UpdateWant();
  PostKick();
}

void ActorRunner::Terminate(Job& job, const absl::Status& status) {
  Log(LogLevel::kWarning, object_, ": message ", job.origin.sequence,
      " of stream \"", job.origin.stream, "\" is dead after attempt ",
      job.attempt, ": ", status.ToString());
  errors_.Forget(KeyOf(job));
  Report(job, JobVerdict::kDead, status);
  AtStep("dead: before term");
  if (job.source != nullptr) {
    job.source->Finish(std::move(job.delivery), JobVerdict::kDead,
                       job.deadline());
  } else {
    environment_.transport.Settle(std::move(job.delivery),
                                  transport::Term{ToStd(status.message())},
                                  job.deadline());
  }
  AtStep("dead: term sent");
}

void ActorRunner::HandBack(Job& job) {
  environment_.transport.Settle(std::move(job.delivery),
                                transport::Nak{absl::ZeroDuration()},
                                job.deadline());
}

void ActorRunner::Report(const Job& job, JobVerdict verdict,
                         const absl::Status& status, absl::Duration delay) {
  switch (verdict) {
    case JobVerdict::kHandled:
      Add(counts_.handled);
      counts_.last_handled.store(absl::ToUnixNanos(job.ended),
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
  if (environment_.observers.empty()) return;
  const bool ran = job.ended != absl::InfinitePast();
  const JobEnd end{verdict, status, delay,
                   ran ? job.ended - job.started : absl::ZeroDuration()};
  for (const auto& observer : environment_.observers) {
    observer->OnEnd(job.context, end);
  }
}

}  // namespace walnats::internal
