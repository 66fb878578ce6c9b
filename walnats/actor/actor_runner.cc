#include "walnats/actor/actor_runner.h"

#include <cassert>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

int Jobs(const Actor& actor, const RunnerEnvironment& environment) {
  return actor.handler()->plain()
             ? 1
             : std::min(actor.options().max_jobs, environment.jobs.free());
}

// With an order per key some of what is held waits behind others: more must
// be, or one key would keep the rest from being seen. What it keeps from other
// instances meanwhile is the price.
Prefetch PrefetchOf(const Actor& actor, const RunnerEnvironment& environment) {
  constexpr int kPerJob = 4;
  constexpr int kPlain = 64;
  const int jobs = Jobs(actor, environment);
  const bool keyed = actor.options().order == Order::kPerKey;
  const int keys = actor.handler()->plain() ? kPlain : kPerJob * jobs;
  return Prefetch(actor.options().ack_wait, jobs, keyed ? keys : jobs);
}

void Add(std::atomic<int64_t>& count) {
  count.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

ActorRunner::ActorRunner(ActorScope scope, const RunnerEnvironment& environment,
                         std::function<void()> on_missing,
                         std::function<void()> on_doubt)
    : scope_(std::move(scope)),
      options_(scope_.actor.options()),
      handler_(*scope_.actor.handler()),
      keyed_(options_.order == Order::kPerKey),
      environment_(environment),
      on_missing_(std::move(on_missing)),
      on_doubt_(std::move(on_doubt)),
      object_(ActorObject(scope_.actor.name(), scope_.actor.event().name())),
      prefetch_(PrefetchOf(scope_.actor, environment)),
      random_(environment.seed),
      waiting_(keyed_),
      wake_timer_(environment.clock, [this] { Kick(); }),
      breaker_(options_.breaker),
      breaker_timer_(environment.clock, [this] { OnBreakerTime(); }),
      pause_timer_(environment.clock, [this] { Pause(absl::InfinitePast()); }),
      pulses_(environment.clock, options_.ack_wait / 3,
              [this](Job& job) { OnPulse(job); }),
      timeouts_(environment.clock, options_.job_timeout,
                [this](Job& job) { OnTimeout(job); }),
      slot_(handler_.NewSlot()) {}

ActorRunner::~ActorRunner() {
  environment_.jobs.Forget(*this);
  for (Job* job : waiting_.TakeAll()) delete job;
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

int ActorRunner::Room() const {
  if (closed_ == 0) return std::max(prefetch_.capacity() - held_, 0);
  // A probe, if none waits here.
  const bool probes = closed_ == Bit(Gate::kBreaker) && breaker_.wants_probe();
  return probes && counts_.waiting == 0 ? 1 : 0;
}

void ActorRunner::UpdateWant() {
  if (!flow_ || handing_back_ || closed(Gate::kDrain)) return;
  flow_->Want(Room());
}

void ActorRunner::Close(Gate gate) {
  closed_ |= Bit(gate);
  paused_ = closed(Gate::kPaused) || closed(Gate::kBreaker);
  UpdateWant();
}

void ActorRunner::Open(Gate gate) {
  closed_ &= ~Bit(gate);
  paused_ = closed(Gate::kPaused) || closed(Gate::kBreaker);
  if (!flow_) return;
  UpdateWant();
  PostKick();
}

// ---- deliveries

void ActorRunner::OnDelivery(transport::Delivery delivery) {
  if (order_.GoesBack(delivery.info()) && on_doubt_) on_doubt_();
  if (!flow_) return;  // given up
  Job job(scope_, std::move(delivery));
  Accept(job);
}

void ActorRunner::Take(transport::Delivery delivery, Source& source,
                       int64_t idle) {
  Add(counts_.redriven);
  Job job(scope_, std::move(delivery), &source, SourcePlace(&source));
  job.attempt -= idle;
  Accept(job);
  PostKick();
}

void ActorRunner::Accept(Job& job) {
  // What another source has looked into came long ago.
  absl::Time now = job.delivery.info().received;
  if (now == absl::InfinitePast() || job.source != nullptr) {
    now = environment_.clock.Now();
  }
  job.set_deadline(Deadline(std::min(now, job.delivery.info().sent)));
  const absl::Status key = ReadKey(job);
  // Nothing is done with a message before it is known to be the one it seems.
  job.unverified = closed(Gate::kUnverified) && job.source == nullptr;
  if (job.unverified && !handing_back_) {
    job.dead_of = key;
    return Enqueue(Job::Moved(job), now);
  }
  if (Divert(job, now)) return;
  if (!key.ok()) return Bury(job, key);
  if (handler_.plain() && !keyed_ && closed_ == 0) {
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
    Lose(job, absl::DeadlineExceededError("deadline passed before the start"));
    return true;
  }
  if (auto due = DelayedUntil(job.delivery.message(), now)) {
    // Less than the server's nanosecond would be redelivered at once.
    const absl::Duration wait = std::max(*due - now, absl::Milliseconds(1));
    environment_.transport.Settle(std::move(job.delivery), transport::Nak{wait},
                                  job.deadline());
    return true;
  }
  // While its dependency is down it is not held against a message that its
  // attempts do not end.
  if (job.attempt <= options_.retry.max_attempts || !breaker_.closed()) {
    return false;
  }
  job.dead_of =
      Error(absl::StatusCode::kAborted, "delivery ", job.attempt,
            " of at most ", options_.retry.max_attempts,
            ": earlier attempts did not end (crash, stall, or a process "
            "that left)");
  // In its turn, so that nothing of its key overtakes its end.
  if (ParkingOf(job) != nullptr) return false;
  Bury(job, job.dead_of);
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

void ActorRunner::OnIdle() {
  Kick();
  UpdateWant();
}

}  // namespace walnats::internal
