// What the users of an instance have written: its handlers and producers.

#include <stdexcept>
#include <utility>

#include "absl/strings/numbers.h"
#include "tests/simulation/instance.h"
#include "walnats/dead_letters.h"
#include "walnats/runtime/spawn.h"

namespace walnats::simulation {

// A call of a handler, for the oracle. Cancelled unless it was told how it
// ended.
class Instance::Call {
 public:
  Call(Instance& instance, const ActorPlan& plan, Bound& bound,
       const std::string& text, const Context& context)
      : instance_(instance),
        plan_(plan),
        bound_(bound),
        begun_(instance.stage_.clock.Now()),
        stream_(context.stream()),
        id_{instance.client_,
            stream_,
            plan.name,
            context.sequence(),
            context.attempt(),
            context.generation(),
            instance.stage_.oracle.incarnations().At(stream_, context.time())} {
    if (!absl::SimpleAtoi(text, &number_)) number_ = 0;
    if (instance_.killed_) return;
    instance_.stage_.Note(instance_.name_, " calls ", plan.name, " with ",
                          stream_, " ", id_.sequence, ", attempt ",
                          static_cast<uint64_t>(id_.attempt), ", generation ",
                          static_cast<uint64_t>(id_.generation));
    instance_.stage_.oracle.deliveries().OnCall(id_, begun_);
    instance_.stage_.oracle.redrives().OnCall(id_);
    instance_.stage_.oracle.remade().OnCall(id_, context.idempotency_key());
    instance_.stage_.oracle.keys().OnCall(id_, KeyOf(text), begun_);
    instance_.stage_.oracle.pauses().OnCall(id_, begun_);
    instance_.stage_.oracle.parked().OnCall(id_, KeyOf(text), begun_);
  }

  ~Call() {
    const absl::Duration took = instance_.stage_.clock.Now() - begun_;
    bound_.prefetch.Record(std::min(took, plan_.job_timeout));
    bound_.most = std::max(bound_.most, bound_.prefetch.capacity());
    if (instance_.killed_) return;
    instance_.stage_.Note(instance_.name_, " returns from ", plan_.name,
                          " with ", stream_, " ", id_.sequence, ": ",
                          status_.ToString());
    instance_.stage_.oracle.deliveries().OnReturn(id_, status_);
    instance_.stage_.oracle.redrives().OnReturn(id_, status_);
    instance_.stage_.oracle.keys().OnReturn(id_, KeyOf(Cat(number_)), status_);
    instance_.stage_.oracle.parked().OnReturn(id_, KeyOf(Cat(number_)),
                                              status_);
  }

  uint64_t number() const { return number_; }
  Deed deed() const {
    return DeedOf(instance_.stage_.schedule, plan_, number_, id_.attempt,
                  id_.generation);
  }

  absl::Status End(absl::Status status) { return status_ = std::move(status); }
  // As the deed says.
  absl::Status End(Deed::Kind kind) {
    switch (kind) {
      case Deed::Kind::kOk:
        return End(absl::OkStatus());
      case Deed::Kind::kFail:
        return End(absl::UnavailableError("no luck"));
      case Deed::Kind::kFatal:
        return End(absl::InvalidArgumentError("no sense"));
      case Deed::Kind::kThrow:
        break;
    }
    status_ = absl::InternalError("thrown");
    throw std::runtime_error("thrown");
  }

 private:
  Instance& instance_;
  const ActorPlan& plan_;
  Bound& bound_;
  const absl::Time begun_;
  const std::string stream_;
  const CallId id_;
  uint64_t number_ = 0;
  absl::Status status_ = absl::CancelledError("cancelled");
};

Service Instance::MakeService() {
  const Schedule& schedule = stage_.schedule;
  Service service{.name = "simulation"};
  for (const int event : schedule.events) {
    service.emits.push_back(kEvents[event]);
  }
  for (size_t i = 0; i < schedule.actors.size(); ++i) {
    service.actors.push_back(MakeActor(schedule.actors[i], *bounds_[i]));
  }
  for (Emitter& emitter : stage_.emitters) {
    if (emitter.plan.process == process_) {
      service.producers.push_back(MakeProducer(emitter));
    }
  }
  return service;
}

Actor Instance::MakeActor(const ActorPlan& plan, Bound& bound) {
  ActorOptions options;
  options.ack_wait = plan.ack_wait;
  options.max_jobs = plan.max_jobs;
  options.job_timeout = plan.job_timeout;
  options.retry = plan.retry;
  if (plan.keyed) {
    options.order = Order::kPerKey;
    options.key = [](const std::string& text) { return KeyOf(text); };
  }
  if (plan.parks) options.dead = Dead::kPark;
  const testing::TextEvent& event = kEvents[plan.event];
  if (plan.plain) {
    return Actor(
        plan.name, event,
        [this, &plan, &bound](const std::string& text, const Context& context) {
          return HandlePlain(plan, bound, text, context);
        },
        options);
  }
  return Actor(
      plan.name, event,
      [this, &plan, &bound](const std::string& text, const Context& context) {
        return Handle(plan, bound, text, context);
      },
      options);
}

Producer Instance::MakeProducer(Emitter& emitter) {
  const size_t index = &emitter - stage_.emitters.data();
  return Producer(Cat("emitter-", index), {kEvents[emitter.plan.event]},
                  [this, &emitter](Client client) {
                    return Feed(std::move(client), emitter);
                  });
}

absl::Status Instance::HandlePlain(const ActorPlan& plan, Bound& bound,
                                   const std::string& text,
                                   const Context& context) {
  Call call(*this, plan, bound, text, context);
  return call.End(call.deed().kind);
}

Task<absl::Status> Instance::Handle(const ActorPlan& plan, Bound& bound,
                                    const std::string& text,
                                    const Context& context) {
  Call call(*this, plan, bound, text, context);
  const Deed deed = call.deed();
  co_await context.clock().Sleep(deed.work);
  if (plan.emits >= 0 && deed.kind == Deed::Kind::kOk) {
    absl::Status emitted = co_await EmitFrom(plan, call.number(), context);
    if (!emitted.ok()) co_return call.End(std::move(emitted));
  }
  co_return call.End(deed.kind);
}

// Every attempt emits the same number, with the id that the Context makes.
Task<absl::Status> Instance::EmitFrom(const ActorPlan& plan, uint64_t number,
                                      const Context& context) {
  const uint64_t derived = number * 100 +
                           static_cast<uint64_t>(plan.event) * 10 +
                           static_cast<uint64_t>(plan.name.front() - 'a') + 1;
  const std::string text = Cat(derived);
  const testing::TextEvent& event = kEvents[plan.emits];
  BeginEmit(event, derived, "");
  const absl::StatusOr<Receipt> receipt = co_await context.Emit(event, text);
  EndEmit(derived, receipt);
  co_return receipt.status();
}

Task<absl::Status> Instance::Feed(Client client, Emitter& emitter) {
  Random& random = emitter.random;
  while (emitter.left > 0 && !killed_) {
    co_await stage_.clock.Sleep(emitter.plan.interval * (2 * random.Real()));
    const int many = random.Chance(emitter.plan.burst) ? random.Int(2, 6) : 0;
    for (int i = 0; i < many && emitter.left > 0; ++i) {
      Spawn(stage_.clock.executor(), EmitOne(client, emitter),
            [](const absl::Status&) {});
    }
    if (emitter.left > 0) {
      const absl::Status status = co_await EmitOne(client, emitter);
      if (status.code() == absl::StatusCode::kFailedPrecondition) {
        co_return status;
      }
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Instance::EmitOne(Client client, Emitter& emitter) {
  --emitter.left;
  Random& random = emitter.random;
  const EmitterPlan& plan = emitter.plan;
  const uint64_t number = ++stage_.numbers;
  EmitOptions options;
  std::string id;
  if (random.Chance(plan.repeated)) id = Cat("id-", random.Int(1, 4));
  options.id = id;
  if (random.Chance(plan.delayed)) {
    options.delay = random.Between(absl::Milliseconds(10), absl::Seconds(5));
  }
  options.wait = random.Chance(0.9);
  options.unsent_limit = random.Between(absl::Seconds(1), absl::Seconds(30));
  const testing::TextEvent& event = kEvents[plan.event];
  const std::string text = Cat(number);
  BeginEmit(event, number, id);
  const absl::StatusOr<Receipt> receipt =
      co_await client.Emit(event, text, options);
  EndEmit(number, receipt);
  co_return receipt.status();
}

void Instance::Redrive(int letters) {
  ++emitting_;
  Spawn(stage_.clock.executor(), RedriveAll(letters),
        [this](const absl::Status&) { --emitting_; });
}

Task<absl::Status> Instance::RedriveAll(int letters) {
  const DeadLetters dead{Client(core_)};
  const DeadLetterFilter all;
  RedriveOptions options{.by = name_};
  options.progress = [letters](const DeadLetterEntry&, int64_t done) {
    return done != letters;
  };
  const absl::StatusOr<RedriveResult> result =
      co_await dead.Redrive(all, options);
  if (killed_) co_return result.status();
  stage_.Note(name_, " has redriven: ", result.status().ToString(), " ",
              result.ok() ? static_cast<uint64_t>(result->queued) : 0);
  if (result.ok() && !result->problems.empty()) {
    stage_.oracle.Violate(name_, ": redrive: ", result->problems.front());
  }
  co_return result.status();
}

void Instance::Pause(const ActorPlan& plan, absl::Time until) {
  ++emitting_;
  Spawn(stage_.clock.executor(), PauseOne(plan, until),
        [this](const absl::Status&) { --emitting_; });
}

Task<absl::Status> Instance::PauseOne(const ActorPlan& plan, absl::Time until) {
  PauseBook& book = stage_.oracle.pauses();
  const PauseBook::Name actor(kEvents[plan.event].stream_name(), plan.name);
  const bool resumes = until == absl::InfinitePast();
  // As Services::Pause does.
  const internal::ClientCore::Work work = [&](transport::Transport&) {
    if (!killed_ && resumes) book.OnResume(actor);
    if (!killed_ && !resumes) book.OnPause(client_, actor, until);
    return lifecycle_->Pause(actor.first, actor.second, until);
  };
  const absl::Status status = co_await core_->Run(work);
  if (killed_) co_return status;
  stage_.Note(name_, resumes ? " has resumed " : " has paused ", actor.first,
              "/", actor.second, ": ", status.ToString());
  if (status.ok() && resumes) book.OnResumed(actor);
  if (!resumes)
    book.OnPaused(client_, actor, stage_.clock.Now(), until, status.ok());
  co_return status;
}

void Instance::BeginEmit(const EventInfo& event, uint64_t number,
                         std::string_view id) {
  ++emitting_;
  if (killed_) return;
  stage_.Note(name_, " emits ", event.name(), " ", number, " id ", id);
  stage_.oracle.emits().OnBegin(number, event.stream_name(), id);
}

void Instance::EndEmit(uint64_t number, const absl::StatusOr<Receipt>& result) {
  --emitting_;
  if (killed_) return;
  stage_.Note(name_, " has emitted ", number, ": ", result.status().ToString(),
              " ", result.ok() ? result->sequence : 0,
              result.ok() && result->duplicate ? " duplicate" : "");
  stage_.oracle.emits().OnEnd(number, result);
}

}  // namespace walnats::simulation
