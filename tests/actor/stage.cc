#include "tests/actor/stage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/time/clock.h"
#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

std::string_view NameOf(JobVerdict verdict) {
  switch (verdict) {
    case JobVerdict::kHandled:
      return "handled";
    case JobVerdict::kRetry:
      return "retry";
    case JobVerdict::kDead:
      return "dead";
    case JobVerdict::kLost:
      return "lost";
  }
  return "?";
}

std::string Describe(const Settlement& settlement) {
  switch (settlement.kind) {
    case Settlement::kAck:
      return Cat("ack ", settlement.sequence);
    case Settlement::kAckSync:
      return Cat("ack-sync ", settlement.sequence);
    case Settlement::kNak:
      return Cat("nak ", settlement.sequence, " ",
                 absl::FormatDuration(settlement.delay));
    case Settlement::kTerm:
      return Cat("term ", settlement.sequence, " ", settlement.reason);
  }
  return "?";
}

}  // namespace

Task<absl::Status> FakeDeadSink::Store(const v1::DeadLetter& letter) {
  letters.push_back(letter);
  co_await clock_.Sleep(takes);
  co_return answer;
}

void ObserverLog::OnStart(const Context& context) {
  lines.push_back(Cat("start ", context.sequence()));
}

void ObserverLog::OnEnd(const Context& context, const JobEnd& end) {
  lines.push_back(Cat(NameOf(end.verdict), " ", context.sequence(), " ",
                      absl::StatusCodeToString(end.status.code())));
  delays.push_back(end.delay);
  durations.push_back(end.duration);
}

Task<void> Gate::Wait() {
  Suspension opened;
  co_await opened.Wait([&] { waiting_.push_back(&opened); });
}

void Gate::Open() {
  for (Suspension* one : std::exchange(waiting_, {})) one->Resume();
}

ActorOptions QuickRetries() {
  return {.ack_wait = absl::Seconds(30),
          .retry = {.max_attempts = 3,
                    .delays = {absl::Seconds(1), absl::Seconds(5)},
                    .jitter = 0}};
}

Actor Returning(absl::Status status, int* calls) {
  return Actor(
      "mailer", kParcelSent,
      [status = std::move(status), calls](const std::string&) {
        if (calls != nullptr) ++*calls;
        return status;
      },
      QuickRetries());
}

Stage::Stage(int jobs_at_once) : jobs(jobs_at_once) {
  for (std::string_view event :
       {kParcelSent.name(), kMailSent.name(), kPinged.name()}) {
    client_->Allow(event);
  }
  client_->Open(transport);
}

int Stage::End() {
  InLoop([this] {
    for (auto& runner : runners_) runner->HandBack();
    for (auto& runner : runners_) runner->Cancel();
  });
  clock_->Advance(absl::Minutes(1));  // for those that ignore being cancelled
  const bool idle = WaitFor([this] {
    return std::ranges::all_of(runners_,
                               [](auto& runner) { return runner->idle(); });
  });
  EXPECT_TRUE(idle) << "a handler did not end";
  int ended = 0;
  InLoop([&] {
    client_->Close();
    for (auto& runner : runners_) runner->Stop([&ended] { ++ended; });
  });
  EXPECT_TRUE(WaitFor([&] { return ended >= std::ssize(runners_); }));
  clock_->Poll();
  runners_.clear();
  return ended;
}

internal::ActorRunner& Stage::Run(Actor actor) {
  internal::ActorScope scope{std::move(actor), "post", "1.2.3", client_,
                             *clock_};
  const internal::RunnerEnvironment environment{
      transport, *clock_, jobs, dead, conditions_, observers_, handlers, {}};
  runners_.push_back(std::make_unique<internal::ActorRunner>(
      std::move(scope), environment, [this] { ++missing; }));
  runners_.back()->Begin();
  return *runners_.back();
}

void Stage::DeliverAll(FakeFlow& flow, const std::vector<Incoming>& incoming) {
  InLoop([&] {
    for (const Incoming& one : incoming) flow.Deliver(one);
    flow.Idle();
  });
}

void Stage::InLoop(const std::function<void()>& act) {
  boost::asio::post(*io_, act);
  clock_->Poll();
}

bool Stage::WaitFor(const std::function<bool()>& done) {
  const absl::Time limit = absl::Now() + absl::Seconds(20);
  while (!done()) {
    if (absl::Now() >= limit) return false;
    if (meanwhile) meanwhile();
    io_->run_one_for(absl::ToChronoNanoseconds(absl::Milliseconds(50)));
  }
  return true;
}

std::vector<std::string> Stage::settled() const {
  std::vector<std::string> lines;
  for (const Settlement& settlement : transport.settlements) {
    lines.push_back(Describe(settlement));
  }
  return lines;
}

}  // namespace walnats::testing
