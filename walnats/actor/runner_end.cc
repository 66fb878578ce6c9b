// The end of an ActorRunner, and what befalls its flow and its health.

#include <boost/asio/post.hpp>
#include <cassert>
#include <utility>

#include "walnats/actor/actor_runner.h"

namespace walnats::internal {

void ActorRunner::GiveUp(std::string problem) {
  Close(Gate::kUnverified);
  given_up_ = true;
  flow_.reset();
  pulses_.ForEach([](Job& job) {
    if (job.source == nullptr) job.set_deadline(absl::InfinitePast());
  });
  // Not handed back: a nak could meet another message of the same number,
  // which somebody handles at this moment.
  for (Job* job : waiting_.TakeAll()) {
    counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
    std::unique_ptr<Job> taken = Drop(*job);
    if (taken->source != nullptr) {
      taken->source->PutOff(std::move(taken->delivery));
    }
  }
  SetProblem(std::move(problem));
}

void ActorRunner::HandBack() {
  handing_back_ = true;
  environment_.jobs.Forget(*this);
  if (flow_) flow_->Stop();
  for (Job* waiting : waiting_.TakeAll()) {
    const std::unique_ptr<Job> job = Drop(*waiting);
    counts_.waiting.fetch_sub(1, std::memory_order_relaxed);
    HandBack(*job);
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
  wake_timer_.Cancel();
  breaker_timer_.Cancel();
  pause_timer_.Cancel();
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

// The stream may have been deleted, and be there again for the next pull.
void ActorRunner::OnUnanswered() {
  if (on_doubt_) on_doubt_();
}

void ActorRunner::OnFlowEvent(transport::FlowEvent event,
                              std::string_view detail) {
  const bool stalled = event != transport::FlowEvent::kResumed;
  {
    std::lock_guard lock(health_mutex_);
    stalled_ = stalled;
    problem_ = stalled ? std::string(detail) : "";
  }
  // That the consumer is missing is said by whoever brings it back.
  if (event == transport::FlowEvent::kConsumerMissing) return on_missing_();
  environment_.conditions.Set(ConditionKind::kStalled, object_,
                              stalled ? std::string(detail) : "");
  // Whoever made the consumer again may have made the stream again too.
  if (stalled && on_doubt_) on_doubt_();
}

void ActorRunner::Restart() {
  {
    std::lock_guard lock(health_mutex_);
    stalled_ = false;  // no kResumed follows a kConsumerMissing
    problem_.clear();
  }
  environment_.conditions.End(ConditionKind::kStalled, object_);
  order_.Restart();
  if (flow_) flow_->Restart();
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
  health.redriven = counts_.redriven;
  health.running = counts_.running;
  health.waiting = counts_.waiting;
  if (counts_.last_handled != 0) {
    health.last_handled = absl::FromUnixNanos(counts_.last_handled);
  }
  health.paused = paused_;
  std::lock_guard lock(health_mutex_);
  health.stalled = stalled_;
  health.problem = problem_.empty() ? dead_problem_ : problem_;
  return health;
}

}  // namespace walnats::internal
