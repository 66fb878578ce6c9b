#include "walnats/testing/harness_core.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "walnats/base/log.h"
#include "walnats/services/validate.h"

namespace walnats::testing {
namespace {

// Real time; a handler that blocks for longer hangs.
constexpr absl::Duration kThreadLimit = absl::Seconds(10);

template <class T>
std::shared_ptr<T> Borrow(T& object) {
  return std::shared_ptr<T>(std::shared_ptr<void>(), &object);
}

}  // namespace

Harness::Core::Core(HarnessOptions options)
    : options_(std::move(options)),
      clock_(io_, options_.start),
      attempts_(std::make_shared<AttemptLog>(clock_)),
      server_(clock_, {options_.server, options_.max_payload}),
      client_(std::make_shared<walnats::internal::ClientCore>(
          Borrow(io_), std::shared_ptr<Clock>(Borrow(clock_)), options_.seed)) {
  options_.services.executor = {};
  options_.services.observers.push_back(attempts_);
}

absl::Status Harness::Core::CheckOutside(std::string_view act) const {
  if (!client_->on_thread()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, act,
               ": called from within a handler, or a task of Run, which the "
               "harness runs");
}

void Harness::Core::Misuse(absl::Status status) {
  Log(LogLevel::kError, "harness: ", status.message());
  if (misuse_.ok()) misuse_ = std::move(status);
}

void Harness::Core::Add(Service service) {
  if (started_.has_value()) {
    return Misuse(Error(absl::StatusCode::kFailedPrecondition, "add service \"",
                        service.name, "\": the harness has started"));
  }
  for (Actor& actor : service.actors) {
    auto watch = std::make_shared<ActorWatch>(actor, clock_);
    actor = ActorWatch::Wrap(actor, watch);
    watches_[actor.handler().get()] = watch;
    watched_.push_back(std::move(watch));
  }
  services_.push_back(std::move(service));
  for (const EventInfo& event : walnats::internal::EventsOf(services_)) {
    client_->Allow(event.name());
  }
}

walnats::internal::LifecycleParts Harness::Core::Parts() {
  walnats::internal::LifecycleParts parts;
  parts.seed = options_.seed;
  parts.handler_clock = [this](const Actor& actor) -> Clock& {
    return *watches_.at(actor.handler().get());
  };
  return parts;
}

absl::Status Harness::Core::Start() {
  if (!started_.has_value()) {
    started_ = absl::OkStatus();  // against Add
    started_ = TryStart();
    if (!started_->ok()) {
      Log(LogLevel::kError, "harness: start: ", started_->ToString());
    }
  }
  return misuse_.ok() ? *started_ : misuse_;
}

absl::Status Harness::Core::TryStart() {
  absl::Status valid =
      walnats::internal::Validate(services_, options_.services);
  if (!valid.ok()) return valid;
  lifecycle_ = std::make_unique<walnats::internal::Lifecycle>(
      options_.services, services_, client_, clock_, [this] { ready_ = true; },
      Parts());
  Spawn(clock_.executor(), lifecycle_->Run(server_),
        [this](absl::Status status) { result_ = std::move(status); });
  if (!MoveUntil([this] { return ready_ || result_.has_value(); })) {
    return TooLong("start");
  }
  return result_.value_or(absl::OkStatus());
}

absl::Status Harness::Core::Stop() {
  if (absl::Status outside = CheckOutside("stop"); !outside.ok()) {
    return outside;
  }
  if (!started_.has_value()) {
    started_ = absl::FailedPreconditionError("start: the harness was stopped");
  }
  absl::Status status = misuse_;
  if (lifecycle_) {
    lifecycle_->Stop();
    const bool stopped = MoveUntil([this] { return result_.has_value(); });
    status.Update(stopped ? *result_ : TooLong("stop"));
  } else {
    client_->Close();
  }
  clock_.Poll();
  return status;
}

absl::Status Harness::Core::RunToEnd(Task<absl::Status> task) {
  if (absl::Status outside = CheckOutside("run"); !outside.ok()) {
    return outside;
  }
  if (absl::Status started = Start(); !started.ok()) return started;
  TaskRun& run = *runs_.emplace_back(std::make_unique<TaskRun>());
  Spawn(clock_.executor(), std::move(task), run.cancellation,
        [&run](absl::Status status) { run.result = std::move(status); });
  if (MoveUntil([&run] { return run.result.has_value(); })) return *run.result;
  absl::Status late = TooLong("run");
  run.cancellation.Cancel();
  Settle();
  return late;
}

absl::Status Harness::Core::TooLong(std::string_view act) const {
  return Error(absl::StatusCode::kDeadlineExceeded, act,
               ": has not ended within ",
               absl::FormatDuration(options_.run_limit),
               " of the test's time\n", Waiting());
}

void Harness::Core::FailNext(std::string_view actor, int count,
                             absl::Status status) {
  bool found = false;
  for (const std::shared_ptr<ActorWatch>& watch : watched_) {
    if (watch->name() != actor) continue;
    watch->FailNext(count, status);
    found = true;
  }
  if (found) return;
  Misuse(Error(absl::StatusCode::kInvalidArgument, "fail next: no actor ",
               Quoted(actor), " was added"));
}

// ---- time

void Harness::Core::RunUntilIdle() {
  if (absl::Status outside = CheckOutside("run until idle"); !outside.ok()) {
    return Misuse(outside);
  }
  Start().IgnoreError();
  Settle();
}

void Harness::Core::Advance(absl::Duration duration) {
  if (absl::Status outside = CheckOutside("advance"); !outside.ok()) {
    return Misuse(outside);
  }
  Start().IgnoreError();
  const absl::Time end = clock_.Now() + duration;
  Settle();
  while (clock_.next() <= end) {
    clock_.Advance(clock_.next() - clock_.Now());
    Settle();
  }
  clock_.Advance(end - clock_.Now());
}

bool Harness::Core::MoveUntil(const std::function<bool()>& done) {
  const absl::Time end = clock_.Now() + options_.run_limit;
  while (!done()) {
    if (RunOne() || AwaitThreads()) continue;
    const absl::Time next = clock_.next();
    if (next > end) return false;
    clock_.Advance(std::max(next - clock_.Now(), absl::ZeroDuration()));
  }
  return true;
}

void Harness::Core::Settle() {
  do {
    clock_.Advance(absl::ZeroDuration());
  } while (AwaitThreads());
  // Nothing is ready, so what has ended has left its last turn, too.
  std::erase_if(runs_, [](const auto& run) { return run->result.has_value(); });
}

bool Harness::Core::RunOne() {
  if (io_.stopped()) io_.restart();
  return io_.poll_one() > 0;
}

int Harness::Core::AtWorkElsewhere() const {
  int count = 0;
  for (const std::shared_ptr<ActorWatch>& watch : watched_) {
    if (watch->blocking()) count += watch->outside();
  }
  return count;
}

bool Harness::Core::AwaitThreads() {
  if (threads_hang_ || AtWorkElsewhere() == 0) return false;
  if (io_.stopped()) io_.restart();
  if (io_.run_one_for(absl::ToChronoNanoseconds(kThreadLimit)) > 0) return true;
  threads_hang_ = true;
  Log(LogLevel::kError, "harness: nothing has come from other threads within ",
      absl::FormatDuration(kThreadLimit), "\n", Waiting());
  return false;
}

// ---- health

walnats::Health Harness::Core::Health() const {
  if (lifecycle_) return lifecycle_->Health();
  walnats::Health health;
  if (started_.has_value() && !started_->ok()) {
    health.phase = Phase::kStopped;
    health.problem = started_->ToString();
  }
  return health;
}

std::string Harness::Core::Waiting() const {
  const bool connected = Health().connected;
  std::string text;
  for (const std::shared_ptr<ActorWatch>& watch : watched_) {
    const std::string actor = Cat("actor ", Quoted(watch->name()), ": ");
    if (const int count = watch->outside(); count > 0) {
      text += Cat(actor, count, count == 1 ? " job waits" : " jobs wait",
                  " for something that the harness does not know",
                  connected ? "" : ", or for the connection", "\n");
    }
    if (const int count = watch->sleeping(); count > 0) {
      text += Cat(actor, count, count == 1 ? " job sleeps\n" : " jobs sleep\n");
    }
  }
  return text;
}

}  // namespace walnats::testing
