// What an ActorRunner keeps here instead of giving it back: messages that wait
// for their key, for a dependency, or for a person.

#include <algorithm>
#include <utility>

#include "walnats/actor/actor_runner.h"
#include "walnats/base/strings.h"
#include "walnats/retry.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

// A drain waits no longer for a key that cannot be freed.
constexpr absl::Duration kFreeAgain = absl::Seconds(1);

}  // namespace

// ---- order per key

absl::Status ActorRunner::ReadKey(Job& job) {
  if (!keyed_) return absl::OkStatus();
  // The attempts that failed here were not told to the server.
  job.attempt = std::max(job.attempt, errors_.Last(KeyOf(job)) + 1);
  const absl::Status decoded =
      handler_.Decode(job.delivery.message().body(), *slot_);
  if (!decoded.ok()) return absl::DataLossError(decoded.message());
  try {
    job.key = options_.key(handler_.MessageIn(*slot_));
  } catch (...) {
    const absl::Status thrown = CurrentExceptionStatus();
    return Error(thrown.code(), "key: ", ToStd(thrown.message()));
  }
  job.has_key = true;
  return absl::OkStatus();
}

void ActorRunner::Enqueue(std::unique_ptr<Job> job, absl::Time not_before) {
  job->turn.reset();
  pulses_.Add(*job, environment_.clock.Now());
  ++held_;
  counts_.waiting.fetch_add(1, std::memory_order_relaxed);
  if (Job* old = waiting_.Add(*job.release(), not_before)) {
    counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
    Report(*Drop(*old), JobVerdict::kLost,
           absl::DeadlineExceededError("delivered again before the start"));
  }
}

std::unique_ptr<Job> ActorRunner::Dequeue(Job& waiting) {
  waiting_.Remove(waiting);
  counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
  return Drop(waiting);
}

void ActorRunner::Lose(Job& job, const absl::Status& status) {
  Report(job, JobVerdict::kLost, status);
  if (!job.has_key) return;
  // By then it has come again, here or to another process, or is delayed by
  // something that no order can wait for.
  waiting_.Block(job, environment_.clock.Now() + 2 * options_.ack_wait);
}

// What is not taken must not be overtaken either.
void ActorRunner::OnOverflow(transport::Delivery delivery) {
  if (!keyed_ || !flow_ || handing_back_) return;
  const absl::Time now = environment_.clock.Now();
  if (DelayedUntil(delivery.message(), now)) return;
  Job job(scope_, std::move(delivery));
  if (ReadKey(job).ok()) {
    Lose(job, absl::ResourceExhaustedError("came when no place was free"));
  }
}

void ActorRunner::Requeue(Job& job, absl::Time not_before) {
  std::unique_ptr<Job> again = Job::Moved(job);
  again->started = again->ended = absl::InfinitePast();
  again->probe = false;
  Enqueue(std::move(again), not_before);
  PostKick();
}

// ---- parked keys

absl::Status ActorRunner::DeadOf(Job& job) const {
  if (ParkingOf(job) == nullptr) return job.dead_of;
  const ParkedVerdict verdict =
      parking_->Judge(job.key, job.sequence, job.generation);
  job.parked_behind = verdict.behind;
  if (verdict.behind != 0) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "held back behind message ", verdict.behind);
  }
  if (verdict.place != ParkedPlace::kDead || !job.dead_of.ok()) {
    return job.dead_of;
  }
  return absl::AbortedError("dead, in an attempt whose end is not known");
}

Task<absl::Status> ActorRunner::FreeKey(const Job& held) {
  for (int attempt = 1;; ++attempt) {
    absl::Status freed = co_await parking_->Free(held.key, held.sequence);
    SetDeadProblem(freed);
    if (freed.ok() || handing_back_) co_return freed;
    co_await environment_.clock.Sleep(
        std::min(RetryDelay(attempt, options_.retry, Random()), kFreeAgain));
    if (environment_.clock.Now() > held.deadline()) co_return freed;
  }
}

void ActorRunner::Unpark(Job& job) {
  Job& held = Hold(job, environment_.clock.Now());
  Spawn(environment_.clock.executor(), FreeKey(held),
        [this, &held](const absl::Status& freed) {
          const std::unique_ptr<Job> handled = Drop(held);
          if (freed.ok()) {
            handled->unparked = true;
            Acknowledge(*handled);
          } else {
            Lose(*handled, freed);
            if (handing_back_) HandBack(*handled);
          }
          UpdateWant();
          PostKick();
        });
}

// ---- circuit breaker

void ActorRunner::TellBreaker(const Job& job, const absl::Status& status) {
  // What a drain cancels says nothing of a dependency.
  if (!breaker_.enabled() || handing_back_) return;
  const BreakerState::Phase before = breaker_.phase();
  const bool failed = !status.ok() && !IsFatal(status);
  breaker_.OnEnd(failed, job.probe, environment_.clock.Now());
  if (breaker_.phase() == before) return;
  if (breaker_.closed()) {
    environment_.conditions.End(ConditionKind::kBreakerOpen, object_);
    return Open(Gate::kBreaker);
  }
  breaker_timer_.Set(breaker_.until());
  Close(Gate::kBreaker);
  const std::string why =
      job.probe ? "the probe failed"
                : Cat(breaker_.failures(), " of the last ",
                      options_.breaker.window, " attempts failed, the last");
  environment_.conditions.Begin(
      ConditionKind::kBreakerOpen, object_,
      Cat(why, " with ", status.ToString(), "; probes at ",
          absl::FormatTime(breaker_.until(), absl::UTCTimeZone())));
}

void ActorRunner::OnBreakerTime() {
  breaker_.OnTime(environment_.clock.Now());
  UpdateWant();
  PostKick();
}

void ActorRunner::Suspend(Job& job, const absl::Status& status) {
  const absl::Time now = environment_.clock.Now();
  const absl::Duration delay = RetryDelay(job.attempt, options_.retry, 0.5);
  const bool open = breaker_.phase() == BreakerState::Phase::kOpen;
  Report(job, JobVerdict::kRetry, status,
         open ? breaker_.until() - now : delay);
  if (!handing_back_) return Requeue(job, now);
  environment_.transport.Settle(std::move(job.delivery), transport::Nak{delay},
                                job.deadline());
}

// ---- pause

void ActorRunner::Pause(absl::Time until) {
  ++pauses_;
  const absl::Time now = environment_.clock.Now();
  pause_timer_.Cancel();
  if (until > now) {
    if (until != absl::InfiniteFuture()) pause_timer_.Set(until);
    environment_.conditions.Begin(
        ConditionKind::kPaused, object_,
        until == absl::InfiniteFuture()
            ? "until it is resumed"
            : Cat("until ", absl::FormatTime(until, absl::UTCTimeZone())));
    return Close(Gate::kPaused);
  }
  if (!closed(Gate::kPaused)) return;
  environment_.conditions.End(ConditionKind::kPaused, object_);
  Open(Gate::kPaused);
  if (flow_) flow_->Wake();
}

}  // namespace walnats::internal
