#include "walnats/services/lifecycle.h"

#include <boost/asio/strand.hpp>
#include <utility>

#include "walnats/actor/dead_file.h"
#include "walnats/base/log.h"
#include "walnats/services/register_plan.h"
#include "walnats/services/validate.h"

namespace walnats::internal {
namespace {

std::string Describe(const transport::ServerInfo& server) {
  return Cat(server.url, " (nats-server ", server.version, ")");
}

}  // namespace

Lifecycle::Lifecycle(const ServicesOptions& options,
                     const std::vector<Service>& services,
                     std::shared_ptr<ClientCore> client, TimerQueue& clock,
                     std::function<void()> on_ready, LifecycleParts parts)
    : options_(options),
      services_(services),
      client_(std::move(client)),
      clock_(clock),
      on_ready_(std::move(on_ready)),
      handler_clock_(std::move(parts.handler_clock)),
      conditions_(clock, options.observers),
      seeds_(parts.seed),
      jobs_(options.max_jobs),
      dead_(std::move(parts.dead)) {
  if (!dead_) dead_ = std::make_unique<DeadFile>("walnats-dead.jsonl");
}

Lifecycle::~Lifecycle() = default;

Task<absl::Status> Lifecycle::Run(transport::Connector& connector) {
  absl::Status status = co_await Start(connector);
  if (status.ok()) {
    SetPhase(Phase::kRunning);
    Log(LogLevel::kInfo, "run: ", actors_.size(), " actors and ",
        producers_.size(), " producers on ", Describe(transport_->server()));
    if (on_ready_) on_ready_();
    if (!stopping_) {
      co_await stop_.Wait([this] { waiting_for_stop_ = true; });
    }
    co_await Drain();
    status = cause_;
  }
  co_await Close();
  SetPhase(Phase::kStopped);
  co_return status;
}

Task<absl::Status> Lifecycle::Start(transport::Connector& connector) {
  SetPhase(Phase::kConnecting);
  absl::StatusOr<std::unique_ptr<transport::Transport>> connected =
      co_await connector.Connect(clock_);
  if (!connected.ok()) co_return connected.status();
  transport_ = *std::move(connected);
  transport_->SetStateSink(this);
  OnState(transport_->state(), "");
  Registrar registrar(*transport_, clock_, options_.registration,
                      connector.embedded());
  absl::Status registered = co_await registrar.Register(services_);
  if (!registered.ok()) co_return registered;
  {
    std::lock_guard lock(health_mutex_);
    health_.warnings = registrar.warnings();
  }
  client_->Open(*transport_);
  BeginActors(registrar);
  BeginProducers();
  co_return absl::OkStatus();
}

std::unique_ptr<ActorRunner> Lifecycle::MakeRunner(const Actor& actor,
                                                   const Service& service,
                                                   absl::Time stream_created) {
  transport::FlowOptions flow;
  flow.heartbeat = options_.heartbeat;
  flow.expires = std::min(flow.expires, 2 * options_.heartbeat);
  const auto seed = static_cast<uint32_t>(seeds_());
  const RunnerEnvironment environment{
      *transport_,       clock_, jobs_, *dead_, conditions_, options_.observers,
      options_.executor, flow,   seed};
  Clock& clock = handler_clock_ ? handler_clock_(actor) : clock_;
  ActorScope scope{actor,   service.name, service.version,
                   client_, clock,        stream_created};
  const size_t index = actors_.size();
  return std::make_unique<ActorRunner>(
      std::move(scope), environment,
      [this, index] { recovery_->Recover(*actors_[index]); });
}

void Lifecycle::BeginActors(const Registrar& registrar) {
  recovery_ = std::make_unique<Recovery>(*transport_, clock_);
  for (const Service& service : services_) {
    for (const Actor& actor : service.actors) {
      const std::string stream = actor.event().stream_name();
      std::unique_ptr<ActorRunner> runner =
          MakeRunner(actor, service, registrar.created(stream));
      const transport::ConsumerInfo& made =
          registrar.consumer(stream, actor.name());
      recovery_->Watch(
          *runner,
          SuccessorOf(made, ConsumerConfigOf(actor, service.name,
                                             transport_->server().features)),
          registrar.created(stream), made.ack_floor_stream_sequence);
      std::lock_guard lock(health_mutex_);
      actors_.push_back(std::move(runner));
    }
  }
  for (const std::unique_ptr<ActorRunner>& runner : actors_) runner->Begin();
}

Executor Lifecycle::ProducerExecutor() const {
  if (!options_.executor) return clock_.executor();
  return boost::asio::make_strand(options_.executor);
}

void Lifecycle::BeginProducers() {
  for (const Service& service : services_) {
    for (const Producer& producer : service.producers) {
      auto runner = std::make_unique<ProducerRunner>(
          producer, Client(client_), clock_, ProducerExecutor());
      std::lock_guard lock(health_mutex_);
      producers_.push_back(std::move(runner));
    }
  }
  for (const std::unique_ptr<ProducerRunner>& runner : producers_) {
    runner->Begin();
  }
}

void Lifecycle::Stop(absl::Status cause) {
  if (std::exchange(stopping_, true)) return;
  cause_ = std::move(cause);
  if (waiting_for_stop_) stop_.Resume();
}

void Lifecycle::OnState(transport::State state, std::string_view reason) {
  {
    std::lock_guard lock(health_mutex_);
    health_.connected = state == transport::State::kUp;
    health_.problem = health_.connected ? "" : std::string(reason);
    if (health_.connected) health_.server = Describe(transport_->server());
  }
  if (state == transport::State::kClosed && !stopping_) {
    Stop(Error(absl::StatusCode::kUnavailable, "connection closed: ", reason));
  }
}

void Lifecycle::SetPhase(Phase phase) {
  std::lock_guard lock(health_mutex_);
  health_.phase = phase;
}

walnats::Health Lifecycle::Health() const {
  std::lock_guard lock(health_mutex_);
  walnats::Health health = health_;
  health.conditions = conditions_.current();
  for (const EventInfo& event : EventsOf(services_)) {
    const ClientCore::EmitCounts& counts = *client_->counts(event.name());
    health.events.push_back({std::string(event.name()), counts.emitted,
                             counts.duplicates, counts.failed});
  }
  for (const std::unique_ptr<ActorRunner>& actor : actors_) {
    health.actors.push_back(actor->Health());
  }
  for (const std::unique_ptr<ProducerRunner>& producer : producers_) {
    health.producers.push_back(producer->Health());
  }
  return health;
}

}  // namespace walnats::internal
