#pragma once

// One run of one process, from its start to its end, however it ends: a
// Lifecycle with all actors of the schedule and its own emitters, over a
// connection of its own.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/mortal_wire.h"
#include "tests/simulation/stage.h"
#include "walnats/actor/prefetch.h"
#include "walnats/services/lifecycle.h"

namespace walnats::simulation {

class Instance {
 public:
  // `stage` outlives it.
  Instance(Stage& stage, int process);
  ~Instance();  // ended() must hold

  void Run();
  // Begins the drain.
  void Stop();
  // From now on nothing of it counts, and nothing of it leaves. What it still
  // runs is of no interest, but has to end before it is destroyed.
  void Kill();

  bool ready() const { return ready_; }
  bool stopping() const { return stop_at_.has_value(); }
  bool ended() const { return result_.has_value() && emitting_ == 0; }
  // The newest of its connections; 0 before the first.
  uint64_t client() const { return client_; }
  // No emit of it is without its result.
  bool quiet() const { return emitting_ == 0; }
  // One of its actors is.
  bool paused() const;

  // Redrives all dead letters, `letters` of them if that is not 0.
  void Redrive(int letters);

  // Until then; InfinitePast resumes it.
  void Pause(const ActorPlan& plan, absl::Time until);

  // Looks whether it holds more than it may, and says of a stream that it is
  // another one.
  void CheckHealth();
  // Whether it still takes a stream for one that is no more; empty if not.
  std::string Unaware() const;

 private:
  class Connector;
  class Call;
  // The bound of what one actor may hold, learnt as its runner learns it.
  struct Bound {
    internal::Prefetch prefetch;
    int most;
    int twice;  // counted as running and as waiting
  };

  Service MakeService();
  Actor MakeActor(const ActorPlan& plan, Bound& bound);
  Producer MakeProducer(Emitter& emitter);
  void OnReady();
  void OnEnd(absl::Status status);
  void CheckHeld(const Health& health);
  void CheckTold(const Health& health);
  absl::Duration DrainLimit() const;

  // ---- what its users do
  absl::Status HandlePlain(const ActorPlan& plan, Bound& bound,
                           const std::string& text, const Context& context);
  Task<absl::Status> Handle(const ActorPlan& plan, Bound& bound,
                            const std::string& text, const Context& context);
  Task<absl::Status> EmitFrom(const ActorPlan& plan, uint64_t number,
                              const Context& context);
  Task<absl::Status> Feed(Client client, Emitter& emitter);
  Task<absl::Status> EmitOne(Client client, Emitter& emitter);
  Task<absl::Status> RedriveAll(int letters);
  Task<absl::Status> PauseOne(const ActorPlan& plan, absl::Time until);
  void BeginEmit(const EventInfo& event, uint64_t number, std::string_view id);
  void EndEmit(uint64_t number, const absl::StatusOr<Receipt>& result);

  Stage& stage_;
  const int process_;
  const uint64_t id_;
  const std::string name_;  // "process 0 (instance 3)"
  uint64_t client_ = 0;
  bool ready_ = false;
  bool killed_ = false;
  int emitting_ = 0;
  absl::Time ready_at_;
  std::optional<absl::Time> stop_at_;
  std::optional<absl::Status> result_;
  ServicesOptions options_;
  std::vector<std::unique_ptr<Bound>> bounds_;  // by actor
  std::vector<Service> services_;
  std::shared_ptr<internal::ClientCore> core_;
  std::unique_ptr<Connector> connector_;
  MortalWire* wire_ = nullptr;
  std::unique_ptr<internal::Lifecycle> lifecycle_;
};

}  // namespace walnats::simulation
