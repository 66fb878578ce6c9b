#pragma once

// What the transports of one MemoryServer share: the model, who listens to
// which subject, their connections, and the turns in which everything comes.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "walnats/runtime/timer_queue.h"
#include "walnats/testing/jetstream_model/model.h"
#include "walnats/testing/memory/server.h"
#include "walnats/testing/memory/subject_router.h"
#include "walnats/testing/memory/turns.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/server.h"

namespace walnats::testing {

class MemoryLink;

// Gets core messages, at once: keeps a copy for a later turn.
class Receiver {
 public:
  virtual void Receive(const transport::Outgoing& message) = 0;

 protected:
  ~Receiver() = default;
};

using StreamAnswer =
    model::Answer<std::variant<model::Published, model::Staged>>;

// What has become of a message.
struct Carried {
  std::optional<StreamAnswer> answer;  // of the stream that takes its subject
  bool received = false;               // by a subscription
  bool heard() const { return answer || received; }
};

enum class Settled {
  kTaken,
  kNoConsumer,
  kDropped,  // on its way, by DropSettlements
};

class MemoryBroker {
 public:
  MemoryBroker(TimerQueue& clock, const MemoryServerOptions& options);

  TimerQueue& clock() { return clock_; }
  Turns& turns() { return turns_; }
  const transport::ServerInfo& info() const { return info_; }
  const model::Version& version() const { return model_.version(); }

  // At the time of the clock.
  model::Model& model();
  // Hands on what has come out of the model; after each call of it.
  void Pump();

  // ---- core NATS. `message` can be carried (MemoryLink asks).
  Carried Carry(const transport::Outgoing& message);
  // Sends a stream's answer to where a plain message wants it.
  void Answer(const Carried& carried, std::string_view reply);
  // 0 if `subject` is none.
  SubjectRouter::Id Listen(std::string_view subject, std::string_view queue,
                           Receiver& receiver);
  void Unlisten(SubjectRouter::Id id);

  // ---- connections
  uint64_t Join(MemoryLink& link);
  void Leave(MemoryLink& link);

  // ---- deliveries
  Settled Settle(const model::DeliveryId& id,
                 const model::Settlement& settlement);
  void Witnessed(const transport::DeliveryInfo& delivery);
  void SetWitness(Witness* witness) { witness_ = witness; }

  // ---- faults
  bool connected() const { return connected_; }
  void Disconnect(std::string_view reason);
  void Reconnect();
  void DropSettlements(int count) { drops_ = count; }

 private:
  void Dispatch(model::Action& action);

  TimerQueue& clock_;
  const transport::ServerInfo info_;
  model::Model model_;
  Turns turns_;
  Timer timer_;
  SubjectRouter router_;
  std::map<SubjectRouter::Id, Receiver*> receivers_;
  std::map<uint64_t, MemoryLink*> links_;
  uint64_t last_link_ = 0;
  Witness* witness_ = nullptr;
  bool connected_ = true;
  int drops_ = 0;
};

}  // namespace walnats::testing
