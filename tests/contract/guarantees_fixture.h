#pragma once

// The whole runtime over a side of the contract: processes as Services makes
// them (client, actors, retry, dead letters, drain), all on the test's thread
// and in the side's time, and a transport beside them to look behind their
// backs.
//
//   TEST_P(GuaranteesDelivery, AcksWhatIsHandled) {
//     Process& shop = Start({.name = "shop", .actors = {Mailer()}});
//     ASSERT_THAT(Emit(shop, kParcelSent, "one"), IsOk());
//     EXPECT_TRUE(Until([&] { return Floor() == 1; }));
//     EXPECT_THAT(Texts(), ElementsAre("one"));
//   }

#include <gmock/gmock.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/contract/contract_fixture.h"
#include "tests/fakes/text_event.h"
#include "walnats/services/lifecycle.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::contract {

using testing::kMailSent;
using testing::kParcelSent;
using testing::TextEvent;

// One process of a system; several may share a test.
class Process {
 public:
  // `clock` outlives it. `transport` is connected, and closed by it.
  Process(TimerQueue& clock, std::unique_ptr<transport::Transport> transport,
          std::vector<Service> services, ServicesOptions options);

  bool ready() const { return ready_; }
  // What Run has returned.
  const std::optional<absl::Status>& ended() const { return ended_; }
  // Begins the drain, as SIGTERM does.
  void Stop() { lifecycle_->Stop(); }

  Client client() const { return Client(client_); }
  Health health() const { return lifecycle_->Health(); }
  // Of its only actor.
  ActorHealth actor() const { return health().actors.at(0); }

 private:
  // Hands out the transport that there is.
  class Connected;

  const ServicesOptions options_;
  const std::vector<Service> services_;
  const std::unique_ptr<transport::Connector> connector_;
  std::shared_ptr<internal::ClientCore> client_;
  std::optional<internal::Lifecycle> lifecycle_;
  bool ready_ = false;
  std::optional<absl::Status> ended_;
};

// A handler's call.
struct Attempt {
  std::string text;
  uint64_t sequence = 0;
  int64_t number = 0;
  absl::Time time;
};

class Guarantees : public Contract {
 protected:
  Guarantees();
  void TearDown() override;

  using Handle = std::function<Task<absl::Status>(const std::string& text,
                                                  const Context& context)>;

  // ---- processes
  // Pulls that outlast what tests wait for: nats-server 2.9 forgets until
  // ack_wait what is due when one expires.
  ServicesOptions Options() const;
  // Begins one; Start waits until it is ready.
  Process& Launch(Service service, ServicesOptions options);
  Process& Start(Service service) { return Start(service, Options()); }
  Process& Start(Service service, ServicesOptions options);
  // With the actor below and nothing else.
  Process& StartMailer(ActorOptions options = {}) {
    return Start({.name = "shop", .actors = {Mailer(options)}});
  }
  // Drains it and waits for its end, which must be good.
  void Stop(Process& process);
  // A service that emits only.
  Process& Emitter();

  // And waits until the server answers the test, if not yet the processes.
  void RestartServer(absl::Duration away);

  // The actor "mailer" of `event_`: every call is written to `attempts`,
  // then waits while `closed`, then ends as `handle` says; OK without one.
  Actor Mailer(ActorOptions options = {});
  // As Until, and longer: for what takes several answers, as dead letters do.
  bool Eventually(absl::FunctionRef<bool()> condition);

  // ---- messages
  absl::StatusOr<Receipt> Emit(Process& process, const TextEvent& event,
                               const std::string& text,
                               EmitOptions options = {}) {
    return Run(process.client().Emit(event, text, options));
  }
  // "1", "2", ... of `event_`, all stored.
  void EmitMany(int count);
  std::vector<std::string> Texts() const;  // of `attempts`
  std::vector<int64_t> Numbers() const;    //

  // Of the mailer's consumer, as the server has them.
  transport::ConsumerInfo MailerInfo() {
    return Consumer("parcel-sent", "mailer");
  }
  uint64_t Floor() { return MailerInfo().ack_floor_stream_sequence; }
  // Nothing is owed to anybody, up to this sequence.
  bool Settled(uint64_t sequence);
  // All that are stored, the oldest first.
  std::vector<v1::DeadLetter> DeadLetters();

  // Of the name "parcel.sent"; set before anything is started.
  const TextEvent* event_ = &kParcelSent;
  std::vector<Attempt> attempts_;
  bool closed_ = false;
  Handle handle_;
  int running_ = 0;  // handlers now, and at most
  int most_ = 0;

 private:
  std::deque<Process> processes_;
  Process* emitter_ = nullptr;
};

}  // namespace walnats::contract
