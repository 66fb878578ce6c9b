#include "tests/simulation/world.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "tests/simulation/listener.h"
#include "tests/simulation/processes.h"
#include "tests/simulation/streams.h"
#include "walnats/deadletter/streams.h"

namespace walnats::simulation {
namespace {

using testing::model::Model;

constexpr absl::Duration kTick = absl::Milliseconds(100);
// By when everything is settled once nothing breaks any more. Much more than
// it needs: six attempts at jobs of up to twelve seconds, and every back-off.
constexpr absl::Duration kPatience = absl::Minutes(10);

class World {
 public:
  World(const Schedule& schedule, Trace::Reader reader);

  Report Run();

 private:
  void Listen();
  void RunFaults();
  // False if time is up.
  bool RunUntilSettled();
  // What somebody has paused, and nobody has resumed.
  void ResumeAll();
  void StopAll();
  void CheckEnd();
  // Everything is destroyed, and must have left nothing.
  void Vanish();

  void Advance(absl::Duration duration);
  void Apply(const Fault& fault);
  bool Settled();
  std::string Unsettled(const ActorPlan& actor);

  const Schedule& schedule_;
  Report report_;
  Trace trace_;
  Oracle oracle_;
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  std::unique_ptr<nats::FrameServer> server_;
  std::vector<Emitter> emitters_;
  Stage stage_;
  Streams streams_{stage_};
  Listener listener_{stage_, streams_};
  Processes processes_;
};

nats::FrameServerOptions ServerOptions(const Schedule& schedule) {
  nats::FrameServerOptions options;
  options.version = schedule.version;
  options.seed = Mix({schedule.seed, 2});
  return options;
}

World::World(const Schedule& schedule, Trace::Reader reader)
    : schedule_(schedule),
      trace_(std::move(reader)),
      server_(
          std::make_unique<nats::FrameServer>(clock_, ServerOptions(schedule))),
      stage_{schedule, io_, clock_, *server_, oracle_, trace_, emitters_},
      processes_(stage_) {
  for (const EmitterPlan& plan : schedule.emitters) {
    emitters_.push_back(
        {plan, Random(Mix({schedule.seed, 3, emitters_.size()})), plan.count});
  }
  for (const ActorPlan& actor : schedule.actors) {
    const ActorRule rule{.stream = kEvents[actor.event].stream_name(),
                         .actor = actor.name,
                         .ack_wait = actor.ack_wait,
                         .max_attempts = actor.retry.max_attempts,
                         .max_jobs = actor.plain ? 1 : actor.max_jobs,
                         .keyed = actor.keyed,
                         .parks = actor.parks};
    oracle_.deliveries().Declare(rule);
    if (actor.keyed) oracle_.keys().Declare(rule);
    if (actor.parks) oracle_.parked().Declare(rule);
  }
}

void World::Listen() {
  server_->SetNetwork(schedule_.network);
  server_->SetClientHook(
      [this](uint64_t client, const transport::Outgoing& frame) {
        listener_.OnSent(client, frame);
      });
  server_->SetServerHook(
      [this](uint64_t client, const transport::Message& frame) {
        listener_.OnHanded(client, frame);
      });
}

Report World::Run() {
  Listen();
  RunFaults();
  bool settled = RunUntilSettled();
  if (settled && schedule_.redrives) {
    listener_.ReadLetters();
    oracle_.redrives().OnLastRun();
    processes_.Apply({.kind = FaultKind::kRedrive});
    settled = RunUntilSettled();
  }
  if (!settled && oracle_.content()) {
    for (const ActorPlan& actor : schedule_.actors) {
      const std::string why = Unsettled(actor);
      if (!why.empty()) oracle_.Violate(why);
    }
    const std::string unaware = processes_.Unaware();
    if (!unaware.empty()) oracle_.Violate(unaware);
    oracle_.Violate("not settled ", absl::FormatDuration(kPatience),
                    " after the last fault");
  }
  report_.took = clock_.Now() - stage_.begin;
  StopAll();
  if (settled && oracle_.content()) CheckEnd();
  Vanish();
  report_.violations = oracle_.violations();
  report_.trace_hash = trace_.hash();
  report_.emitted = oracle_.emits().ok();
  report_.calls = oracle_.deliveries().calls();
  report_.dead = oracle_.deliveries().dead();
  report_.redriven = oracle_.redrives().settled();
  report_.remade = streams_.remade();
  report_.calls_of_remade = oracle_.remade().calls();
  return report_;
}

void World::RunFaults() {
  for (const Fault& fault : schedule_.faults) {
    Advance(fault.at - (clock_.Now() - stage_.begin));
    if (!oracle_.content()) return;
    Apply(fault);
  }
  Advance(schedule_.healed - (clock_.Now() - stage_.begin));
  stage_.Note("all is healed");
  server_->SetNetwork({});
}

bool World::RunUntilSettled() {
  const absl::Time limit = clock_.Now() + kPatience;
  while (oracle_.content() && clock_.Now() < limit) {
    if (Settled()) return true;
    ResumeAll();
    Advance(10 * kTick);
  }
  return false;
}

// Stops at the first violation, so that the trace ends with it.
void World::Advance(absl::Duration duration) {
  const absl::Time end = clock_.Now() + duration;
  do {
    processes_.LookAfter();
    clock_.Advance(std::min(kTick, end - clock_.Now()));
    processes_.CheckHealth();
  } while (clock_.Now() < end && oracle_.content());
}

void World::Apply(const Fault& fault) {
  stage_.Note("fault: ", Describe(fault, schedule_));
  const ActorPlan& actor = schedule_.actors[fault.actor];
  const std::string stream = kEvents[actor.event].stream_name();
  Model& model = server_->model();
  switch (fault.kind) {
    case FaultKind::kDisconnectAll:
      return server_->Disconnect(0, fault.pause);
    case FaultKind::kRestart:
      return server_->Restart(fault.pause);
    case FaultKind::kChangeLeader:
      if (model.GetStream(stream).ok()) {
        server_->ChangeLeader(stream, fault.pause);
      }
      return;
    case FaultKind::kDeleteConsumer:
      model.AdvanceTo(clock_.Now());
      model.DeleteConsumer(stream, actor.name);
      oracle_.pauses().OnLost({stream, actor.name});
      return server_->Pump();
    case FaultKind::kDeleteStream:
      return streams_.Delete(actor.event);
    case FaultKind::kMakeStream:
      return streams_.MakeAgain(actor.event, fault.consumers);
    case FaultKind::kLoseDead:
      if (model.GetStream(internal::kDeadStream).ok()) {
        server_->ChangeLeader(internal::kDeadStream, fault.pause);
      }
      return;
    default:
      return processes_.Apply(fault);
  }
}

void World::ResumeAll() {
  if (!processes_.quiet()) return;
  for (size_t i = 0; i < schedule_.actors.size(); ++i) {
    const ActorPlan& actor = schedule_.actors[i];
    const PauseBook::Name name(kEvents[actor.event].stream_name(), actor.name);
    if (!oracle_.pauses().maybe().contains(name)) continue;
    Apply({.kind = FaultKind::kResume, .actor = static_cast<int>(i)});
  }
}

bool World::Settled() {
  if (!oracle_.pauses().maybe().empty()) return false;
  // Every process hears of a resume, and of a stream made again.
  if (!processes_.quiet() || processes_.paused()) return false;
  if (!processes_.Unaware().empty()) return false;
  for (const Emitter& emitter : emitters_) {
    if (emitter.left > 0) return false;
  }
  const auto queue = server_->model().GetStream(internal::kRedriveStream);
  if (queue.ok() && queue->messages > 0) return false;
  return std::ranges::all_of(schedule_.actors, [this](const ActorPlan& actor) {
    return Unsettled(actor).empty();
  });
}

std::string World::Unsettled(const ActorPlan& actor) {
  const std::string stream = kEvents[actor.event].stream_name();
  const auto info = server_->model().GetStream(stream);
  const auto consumer = server_->model().GetConsumer(stream, actor.name);
  const std::string name = Cat("actor ", stream, "/", actor.name);
  if (!info.ok() || !consumer.ok()) return Cat(name, ": has no consumer");
  // Not by its ack floor: a consumer that was made again behind the last
  // message has none until there is another.
  if (consumer->ack_pending == 0 && consumer->pending == 0) return "";
  return Cat(name, ": the ack floor is ", consumer->ack_floor_stream_sequence,
             " of ", info->last_sequence, ", pending ", consumer->ack_pending,
             ", not delivered ", consumer->pending);
}

void World::StopAll() {
  processes_.StopAll();
  const absl::Time limit = clock_.Now() + kPatience;
  while (!processes_.gone() && clock_.Now() < limit) {
    processes_.LookAfter();
    clock_.Advance(kTick);
  }
  if (!processes_.gone()) oracle_.Violate("a process has not ended");
}

void World::CheckEnd() {
  listener_.ReadLetters();
  report_.stored = streams_.CheckAll();
  const auto queue = server_->model().GetStream(internal::kRedriveStream);
  oracle_.redrives().CheckDone(queue.ok() ? queue->messages : 0);
}

void World::Vanish() {
  clock_.Poll();
  server_.reset();
  clock_.Poll();
  if (!io_.stopped()) oracle_.Violate("something waits on the io_context");
  if (clock_.next() != absl::InfiniteFuture()) {
    oracle_.Violate("a timer is left");
  }
}

}  // namespace

Report RunWorld(const Schedule& schedule, Trace::Reader reader) {
  auto world = std::make_unique<World>(schedule, std::move(reader));
  Report report = world->Run();
  // What still runs refers to what would be destroyed.
  const bool hangs =
      std::ranges::count(report.violations, "a process has not ended") > 0;
  if (hangs) world.release();
  return report;
}

}  // namespace walnats::simulation
