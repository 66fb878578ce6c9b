#include "tests/simulation/instance.h"

#include <algorithm>
#include <utility>

#include "walnats/actor/conditions.h"
#include "walnats/deadletter/redrive_source.h"
#include "walnats/runtime/spawn.h"

namespace walnats::simulation {

class Instance::Connector final : public transport::Connector {
 public:
  explicit Connector(Instance& instance) : instance_(instance) {}

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect(
      TimerQueue& clock) override {
    Stage& stage = instance_.stage_;
    auto wire = std::make_unique<MortalWire>(
        stage.server.Connect(), clock, [this] { instance_.wire_ = nullptr; });
    instance_.wire_ = wire.get();
    instance_.client_ = ++stage.clients;
    stage.Note(instance_.name_, " is client ", instance_.client_);
    stage.oracle.parked().OnClient(instance_.client_, clock.Now());
    auto start = nats::JetStream::Start(std::move(wire), clock,
                                        stage.schedule.transport);
    auto started = co_await std::move(start);
    if (!started.ok()) co_return started.status();
    std::unique_ptr<transport::Transport> transport = *std::move(started);
    co_return transport;
  }

 private:
  Instance& instance_;
};

Instance::Instance(Stage& stage, int process)
    : stage_(stage),
      process_(process),
      id_(++stage.instances),
      name_(Cat("process ", process, " (instance ", id_, ")")) {
  const Schedule& schedule = stage.schedule;
  options_.grace = schedule.grace;
  options_.heartbeat = schedule.heartbeat;
  for (const ActorPlan& plan : schedule.actors) {
    const int jobs = plan.plain ? 1 : plan.max_jobs;
    const int keys = plan.plain ? 64 : 4 * jobs;
    const int least = plan.keyed ? keys : jobs;
    // One over its time limit waits for its retry while its handler ends.
    bounds_.push_back(std::make_unique<Bound>(
        Bound{internal::Prefetch(plan.ack_wait, jobs, least), least,
              plan.keyed ? jobs : 0}));
  }
  services_.push_back(MakeService());
  const std::shared_ptr<void> nobody;
  core_ = std::make_shared<internal::ClientCore>(
      std::shared_ptr<boost::asio::io_context>(nobody, &stage.io),
      std::shared_ptr<Clock>(nobody, &stage.clock), Mix({schedule.seed, id_}));
  for (const int event : schedule.events) core_->Allow(kEvents[event].name());
  connector_ = std::make_unique<Connector>(*this);
  internal::LifecycleParts parts;
  parts.seed = static_cast<uint32_t>(Mix({schedule.seed, id_, 1}));
  lifecycle_ = std::make_unique<internal::Lifecycle>(
      options_, services_, core_, stage.clock, [this] { OnReady(); },
      std::move(parts));
}

Instance::~Instance() = default;

void Instance::Run() {
  stage_.Note(name_, " starts");
  Spawn(stage_.clock.executor(), lifecycle_->Run(*connector_),
        [this](absl::Status status) { OnEnd(std::move(status)); });
}

void Instance::OnReady() {
  ready_ = true;
  ready_at_ = stage_.clock.Now();
  stage_.Note(name_, " is ready");
  stage_.oracle.remade().OnReady(client_);
}

void Instance::Stop() {
  if (stopping()) return;
  stage_.Note(name_, " stops");
  stop_at_ = stage_.clock.Now();
  stage_.oracle.deliveries().OnDrain(client_);
  lifecycle_->Stop();
}

void Instance::Kill() {
  stage_.Note(name_, " is killed");
  killed_ = true;
  stage_.oracle.deliveries().OnKilled(client_);
  if (wire_ != nullptr) wire_->Kill();
  lifecycle_->Stop();
}

void Instance::OnEnd(absl::Status status) {
  result_ = std::move(status);
  stage_.Note(name_, " has ended: ", result_->ToString());
  if (killed_) return;
  stage_.oracle.deliveries().OnEnd(client_);
  if (!stop_at_ || !ready_) return;
  const absl::Duration took =
      stage_.clock.Now() - std::max(*stop_at_, ready_at_);
  if (took <= DrainLimit()) return;
  stage_.oracle.Violate(name_, ": the drain took ", absl::FormatDuration(took),
                        ", more than ", absl::FormatDuration(DrainLimit()));
}

// The grace period, and what a drain waits at most for a server that does not
// answer: for the end of deliveries, after having cancelled what runs, for the
// letter of what has died then, for the flush, and for the last write.
absl::Duration Instance::DrainLimit() const {
  return options_.grace + absl::Seconds(6 + 5 + 20 + 5 + 2) + absl::Seconds(1);
}

bool Instance::paused() const {
  return std::ranges::any_of(lifecycle_->Health().actors, &ActorHealth::paused);
}

void Instance::CheckHealth() {
  if (killed_ || !ready_ || ended()) return;
  const Health health = lifecycle_->Health();
  CheckHeld(health);
  if (stage_.schedule.remakes && !stopping()) CheckTold(health);
}

void Instance::CheckTold(const Health& health) {
  for (const std::string& stream :
       stage_.oracle.remade().Told(client_, stage_.clock.Now())) {
    const std::string object = internal::StreamObject(stream);
    const bool said =
        std::ranges::any_of(health.conditions, [&](const Condition& one) {
          return one.kind == ConditionKind::kIncarnationChanged &&
                 one.object == object;
        });
    if (said && !health.ready()) continue;
    stage_.oracle.Violate(name_, ": does not say that ", object,
                          " was made again");
  }
}

std::string Instance::Unaware() const {
  if (!stage_.schedule.remakes || killed_ || !ready_ || stopping()) return "";
  const auto untold = stage_.oracle.remade().Untold(client_);
  if (untold.empty()) return "";
  return Cat(name_, ": has not noticed that stream ", untold.front(),
             " was made again");
}

void Instance::CheckHeld(const Health& health) {
  for (size_t i = 0; i < health.actors.size(); ++i) {
    const ActorHealth& actor = health.actors[i];
    const int held = actor.running + actor.waiting;
    // Plain ones hold nothing, unless a drain keeps it for handing it back.
    const int redriven =
        stage_.schedule.redrives ? internal::RedriveSource::kHeld : 0;
    const int most = bounds_[i]->most + bounds_[i]->twice + redriven;
    if (held <= most) continue;
    stage_.oracle.Violate(name_, ": actor ", actor.event, "/", actor.name,
                          " holds ", held, " messages, may hold ", most);
  }
}

}  // namespace walnats::simulation
