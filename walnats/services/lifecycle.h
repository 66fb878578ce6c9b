#pragma once

// What Services does, as one coroutine on one thread: connect, register, run,
// drain. Services gives it a thread and an io_context; the test harness gives
// it a fake clock.

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "walnats/actor/actor_runner.h"
#include "walnats/client/client_core.h"
#include "walnats/deadletter/redrive_source.h"
#include "walnats/runtime/limiter.h"
#include "walnats/runtime/suspension.h"
#include "walnats/services.h"
#include "walnats/services/parked_keys.h"
#include "walnats/services/pause.h"
#include "walnats/services/producer_runner.h"
#include "walnats/services/recovery.h"
#include "walnats/services/registrar.h"
#include "walnats/services/stream_watch.h"
#include "walnats/transport/connector.h"

namespace walnats::internal {

// What a Lifecycle is made of besides its declarations; tests bring their own.
struct LifecycleParts {
  // Of everything that is left to chance.
  uint32_t seed = std::random_device()();
  // The clock that the actor's handlers see. Empty: the Lifecycle's.
  std::function<Clock&(const Actor&)> handler_clock = nullptr;
};

class Lifecycle final : private transport::StateSink {
 public:
  // All outlive it; `services` are validated.
  Lifecycle(const ServicesOptions& options,
            const std::vector<Service>& services,
            std::shared_ptr<ClientCore> client, TimerQueue& clock,
            std::function<void()> on_ready, LifecycleParts parts = {});
  ~Lifecycle();

  // Once, on the clock's thread.
  Task<absl::Status> Run(transport::Connector& connector);

  // On the clock's thread: the drain begins, or the connection's loss ends
  // everything with `cause`.
  void Stop(absl::Status cause = absl::OkStatus());

  // On the clock's thread, while Run runs: of one of its actors. InfinitePast
  // resumes it.
  Task<absl::Status> Pause(const std::string& stream, const std::string& actor,
                           absl::Time until);

  // Any thread.
  walnats::Health Health() const;

 private:
  void OnState(transport::State state, std::string_view reason) override;

  Task<absl::Status> Start(transport::Connector& connector);
  // Where dead letters go, if an actor may have any.
  Task<absl::Status> PrepareDeadLetters(Registrar& registrar,
                                        bool single_server);
  void BeginStreams(const Registrar& registrar, bool single_server);
  void MakeActors(const Registrar& registrar);
  // So that none that is paused begins.
  Task<void> LoadPauses(const Registrar& registrar);
  // They wait until their parked keys are known.
  void BeginParking(const Registrar& registrar);
  void BeginActors();
  std::unique_ptr<ActorRunner> MakeRunner(const Actor& actor,
                                          const Service& service,
                                          absl::Time stream_created);
  transport::FlowOptions Flow() const;
  // What is redriven to the services that may have dead letters.
  void BeginRedrives(bool single_server);
  void BeginProducers();
  // When the work has begun: it needs no schemas.
  Task<absl::Status> KeepSchemas(bool single_server);
  Executor ProducerExecutor() const;

  Task<void> Drain();
  Task<void> WaitForJobs();
  Task<void> Close();
  // Sleeps until `done` holds or `limit` is reached; whether it holds.
  Task<bool> Until(std::function<bool()> done, absl::Time limit);
  bool JobsEnded() const;
  std::string StillRunning() const;
  void SetPhase(Phase phase);

  const ServicesOptions& options_;
  const std::vector<Service>& services_;
  const std::shared_ptr<ClientCore> client_;
  TimerQueue& clock_;
  const std::function<void()> on_ready_;
  const std::function<Clock&(const Actor&)> handler_clock_;

  Conditions conditions_;
  std::mt19937 seeds_;
  Limiter jobs_;
  std::unique_ptr<transport::Transport> transport_;
  std::unique_ptr<DeadSink> dead_;
  std::unique_ptr<StreamWatch> streams_;
  std::unique_ptr<Recovery> recovery_;
  std::unique_ptr<PauseWatch> pauses_;  // where the server cannot pause
  std::vector<std::unique_ptr<ParkedKeys>> parked_;
  std::vector<std::unique_ptr<ProducerRunner>> producers_;
  std::vector<std::unique_ptr<RedriveSource>> redrives_;

  bool keeping_schemas_ = false;
  bool stopping_ = false;
  bool stopped_ = false;  // the connection, by us
  bool waiting_for_stop_ = false;
  absl::Status cause_;
  Suspension stop_;

  // Guards what Health reads. `actors_` and `producers_` change under it.
  mutable std::mutex health_mutex_;
  walnats::Health health_;
  std::vector<std::unique_ptr<ActorRunner>> actors_;
};

}  // namespace walnats::internal
