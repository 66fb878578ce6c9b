#include "walnats/services/lifecycle.h"

#include <algorithm>
#include <boost/asio/strand.hpp>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/deadletter/dead_stream.h"
#include "walnats/deadletter/streams.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/register_plan.h"
#include "walnats/services/schemas.h"
#include "walnats/services/validate.h"

namespace walnats::internal {
namespace {

std::string Describe(const transport::ServerInfo& server) {
  return Cat(server.url, " (nats-server ", server.version, ")");
}

// The object of kDisconnected.
constexpr char kConnection[] = "connection";

bool MayHaveDeadLetters(const Service& service) {
  return std::ranges::any_of(service.actors, [](const Actor& actor) {
    return actor.options().dead != Dead::kDrop;
  });
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
      jobs_(options.max_jobs) {}

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
  registered = co_await PrepareDeadLetters(registrar, connector.embedded());
  if (!registered.ok()) co_return registered;
  {
    std::lock_guard lock(health_mutex_);
    health_.warnings = registrar.warnings();
  }
  // Before the first pause by this process, which may wait for the client.
  if (!PausesConsumers(*transport_)) {
    pauses_ =
        std::make_unique<PauseWatch>(Client(client_), clock_, options_.watch);
  }
  client_->Open(*transport_);
  BeginStreams(registrar, connector.embedded());
  MakeActors(registrar);
  co_await LoadPauses(registrar);
  BeginParking(registrar);
  BeginActors();
  BeginRedrives(connector.embedded());
  BeginProducers();
  keeping_schemas_ = true;
  Spawn(clock_.executor(), KeepSchemas(connector.embedded()),
        [this](const absl::Status&) { keeping_schemas_ = false; });
  co_return absl::OkStatus();
}

// Beside everything else: nothing waits for it but the end.
Task<absl::Status> Lifecycle::KeepSchemas(bool single_server) {
  const std::string warning =
      co_await StoreSchemas(Client(client_), EventsOf(services_),
                            options_.registration, single_server);
  if (warning.empty()) co_return absl::OkStatus();
  Log(LogLevel::kWarning, warning);
  std::lock_guard lock(health_mutex_);
  health_.warnings.push_back(warning);
  co_return absl::OkStatus();
}

Task<absl::Status> Lifecycle::PrepareDeadLetters(Registrar& registrar,
                                                 bool single_server) {
  const DeadLetterOptions& options = options_.dead_letters;
  const transport::StreamConfig config = DeadStreamConfig(
      {options.age, options.bytes, single_server ? 1 : options.replicas});
  dead_ = std::make_unique<DeadStream>(*transport_, config,
                                       options_.registration.create);
  if (std::ranges::none_of(services_, MayHaveDeadLetters)) {
    co_return absl::OkStatus();
  }
  co_return co_await registrar.RegisterOwnStream(config);
}

transport::FlowOptions Lifecycle::Flow() const {
  transport::FlowOptions flow;
  flow.heartbeat = options_.heartbeat;
  flow.expires = std::min(flow.expires, 2 * options_.heartbeat);
  return flow;
}

std::unique_ptr<ActorRunner> Lifecycle::MakeRunner(const Actor& actor,
                                                   const Service& service,
                                                   absl::Time stream_created) {
  const auto seed = static_cast<uint32_t>(seeds_());
  const RunnerEnvironment environment{
      *transport_,       clock_, jobs_, *dead_, conditions_, options_.observers,
      options_.executor, Flow(), seed};
  Clock& clock = handler_clock_ ? handler_clock_(actor) : clock_;
  ActorScope scope{actor,   service.name, service.version,
                   client_, clock,        stream_created};
  const size_t index = actors_.size();
  return std::make_unique<ActorRunner>(
      std::move(scope), environment,
      [this, index] { recovery_->Recover(*actors_[index]); },
      [this, index] { streams_->Doubt(*actors_[index]); });
}

void Lifecycle::BeginStreams(const Registrar& registrar, bool single_server) {
  streams_ = std::make_unique<StreamWatch>(*transport_, clock_, conditions_,
                                           options_.watch);
  recovery_ = std::make_unique<Recovery>(*transport_, clock_, conditions_,
                                         *streams_, options_.watch);
  const transport::Features& features = transport_->server().features;
  for (const EventInfo& event : EventsOf(services_)) {
    absl::StatusOr<transport::StreamConfig> declared =
        StreamConfigOf(event, features, single_server);
    if (!declared.ok()) continue;  // Register would have refused it
    const absl::Time created = registrar.created(declared->name);
    streams_->AddStream(*std::move(declared), created,
                        client_->counts(event.name())->last_sequence);
  }
}

void Lifecycle::MakeActors(const Registrar& registrar) {
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
          made.ack_floor_stream_sequence);
      streams_->AddRunner(*runner);
      std::lock_guard lock(health_mutex_);
      actors_.push_back(std::move(runner));
    }
  }
}

void Lifecycle::BeginActors() {
  for (const std::unique_ptr<ActorRunner>& runner : actors_) runner->Begin();
  streams_->Begin();
}

void Lifecycle::BeginRedrives(bool single_server) {
  const int replicas = single_server ? 1 : options_.dead_letters.replicas;
  size_t index = 0;  // of its actors
  for (const Service& service : services_) {
    auto source = std::make_unique<RedriveSource>(
        service.name, RedriveEnvironment{*transport_, clock_, conditions_,
                                         Flow(), RedriveStreamConfig(replicas),
                                         options_.registration.create});
    for (size_t i = 0; i < service.actors.size(); ++i) {
      source->Add(*actors_[index++]);
    }
    if (!MayHaveDeadLetters(service)) continue;
    redrives_.push_back(std::move(source));
    redrives_.back()->Begin();
  }
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
  // The start may wait in it for a connection that does not come back.
  if (pauses_) pauses_->Stop();
  if (waiting_for_stop_) stop_.Resume();
}

void Lifecycle::OnState(transport::State state, std::string_view reason) {
  const bool up = state == transport::State::kUp;
  {
    std::lock_guard lock(health_mutex_);
    health_.connected = up;
    health_.problem = up ? "" : std::string(reason);
    if (up) health_.server = Describe(transport_->server());
  }
  if (stopped_) return;
  if (up) {
    conditions_.End(ConditionKind::kDisconnected, kConnection,
                    Cat("now to ", transport_->server().url));
    if (streams_) streams_->OnUp();
    if (recovery_) recovery_->OnUp();
  } else {
    conditions_.Begin(ConditionKind::kDisconnected, kConnection,
                      Cat("from ", transport_->server().url, ": ", reason));
    if (streams_) streams_->OnDown();
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
                             counts.duplicates, counts.failed,
                             counts.last_sequence});
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
