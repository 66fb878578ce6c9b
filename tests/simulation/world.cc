#include "tests/simulation/world.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "tests/simulation/letters.h"
#include "tests/simulation/processes.h"
#include "walnats/deadletter/streams.h"

namespace walnats::simulation {
namespace {

using testing::model::Model;

constexpr absl::Duration kTick = absl::Milliseconds(100);
// By when everything is settled once nothing breaks any more. Much more than
// it needs: six attempts at jobs of up to twelve seconds, and every back-off.
constexpr absl::Duration kPatience = absl::Minutes(10);
// Frames of clients; much more than any world needs.
constexpr int kMostAtOnce = 20'000;

class World {
 public:
  World(const Schedule& schedule, Trace::Reader reader);

  Report Run();

 private:
  void Listen();
  void CheckProgress();
  void RunFaults();
  // False if time is up.
  bool RunUntilSettled();
  void StopAll();
  void ReadLetters();
  void CheckEnd();
  void CheckStream(int event);
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
  Letters letters_;
  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  std::unique_ptr<nats::FrameServer> server_;
  std::vector<Emitter> emitters_;
  Stage stage_;
  Processes processes_;
  absl::Time last_frame_;
  int frames_ = 0;  // at that time
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
    oracle_.deliveries().Declare(
        {.stream = kEvents[actor.event].stream_name(),
         .actor = actor.name,
         .ack_wait = actor.ack_wait,
         .max_attempts = actor.retry.max_attempts,
         .max_jobs = actor.plain ? 1 : actor.max_jobs});
  }
}

void World::Listen() {
  server_->SetNetwork(schedule_.network);
  server_->SetClientHook(
      [this](uint64_t client, const transport::Outgoing& frame) {
        stage_.Note("client ", client, " -> ", frame.subject, " ", frame.reply,
                    " ", frame.body);
        CheckProgress();
        if (frame.body.starts_with("+TERM")) ReadLetters();
        oracle_.emits().OnSent(frame);
        oracle_.deliveries().OnSent(client, frame.subject, frame.body,
                                    clock_.Now());
      });
  server_->SetServerHook([this](uint64_t client,
                                const transport::Message& frame) {
    stage_.Note("client ", client, " <- ", frame.subject(), " ", frame.reply(),
                " ", frame.body(), " ", frame.header("Status").value_or(""),
                " ", frame.header("Description").value_or(""));
    oracle_.deliveries().OnHanded(client, frame, clock_.Now());
  });
}

// Nobody could end it: time stands until all that is ready has run.
void World::CheckProgress() {
  if (std::exchange(last_frame_, clock_.Now()) != clock_.Now()) frames_ = 0;
  if (++frames_ < kMostAtOnce) return;
  std::fprintf(stderr,
               "simulation: the world of seed %llu stands: %d frames were sent "
               "at one moment\n",
               static_cast<unsigned long long>(schedule_.seed), frames_);
  for (const std::string& violation : oracle_.violations()) {
    std::fprintf(stderr, "%s\n", violation.c_str());
  }
  std::abort();
}

Report World::Run() {
  Listen();
  RunFaults();
  const bool settled = RunUntilSettled();
  if (!settled && oracle_.content()) {
    for (const ActorPlan& actor : schedule_.actors) {
      const std::string why = Unsettled(actor);
      if (!why.empty()) oracle_.Violate(why);
    }
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
    processes_.CheckHeld();
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
      return server_->Pump();
    case FaultKind::kLoseDead:
      if (model.GetStream(internal::kDeadStream).ok()) {
        server_->ChangeLeader(internal::kDeadStream, fault.pause);
      }
      return;
    default:
      return processes_.Apply(fault);
  }
}

bool World::Settled() {
  if (!processes_.quiet()) return false;
  for (const Emitter& emitter : emitters_) {
    if (emitter.left > 0) return false;
  }
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

void World::ReadLetters() {
  letters_.Read(server_->model(), oracle_.deliveries());
}

void World::CheckEnd() {
  ReadLetters();
  for (const int event : schedule_.events) CheckStream(event);
}

void World::CheckStream(int event) {
  const std::string stream = kEvents[event].stream_name();
  Model& model = server_->model();
  const uint64_t last = model.GetStream(stream)->last_sequence;
  std::vector<transport::StoredMessage> messages;
  for (uint64_t sequence = 1; sequence <= last; ++sequence) {
    auto message = model.GetMessage(stream, {.sequence = sequence});
    if (message.ok()) messages.push_back(*std::move(message));
  }
  report_.stored += static_cast<int>(messages.size());
  const absl::Duration declared = kEvents[event].limits().duplicates;
  const absl::Duration window =
      declared == absl::ZeroDuration() ? absl::Minutes(2) : declared;
  oracle_.emits().CheckStream({stream, window, kEvents[event].message_ids()},
                              messages);
  oracle_.deliveries().CheckDone(stream, last);
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
