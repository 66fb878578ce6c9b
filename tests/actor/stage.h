#pragma once

// Where a test plays an actor: its runner between a fake transport, a fake
// clock and a fake place for dead letters.
//
//   Stage stage;
//   stage.Run(Actor("mailer", kParcelSent, [](const std::string&) {...}));
//   stage.Deliver({.body = "a", .sequence = 7});
//   stage.clock().Advance(absl::Seconds(1));
//   EXPECT_THAT(stage.settled(), ElementsAre("ack 7"));

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/fakes/fake_transport.h"
#include "tests/fakes/text_event.h"
#include "walnats/actor/actor_runner.h"
#include "walnats/runtime/suspension.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {

// Keeps the letters; `answer` is what Store returns, after `takes`.
class FakeDeadSink : public internal::DeadSink {
 public:
  explicit FakeDeadSink(Clock& clock) : clock_(clock) {}
  Task<absl::Status> Store(const v1::DeadLetter& letter) override;

  std::vector<v1::DeadLetter> letters;
  absl::Status answer;
  absl::Duration takes;

 private:
  Clock& clock_;
};

// Writes down "start 7" and "handled 7 OK", "retry 7 UNAVAILABLE", "dead ..."
// and "lost ...", the number being the message's sequence.
class ObserverLog : public Observer {
 public:
  void OnStart(const Context& context) override;
  void OnEnd(const Context& context, const JobEnd& end) override;

  std::vector<std::string> lines;
  std::vector<absl::Duration> delays;     // of each OnEnd
  std::vector<absl::Duration> durations;  //
};

// Lets handlers wait, cancelled or not, until the test opens it.
class Gate {
 public:
  Task<void> Wait();
  void Open();  // for all that wait, each once
  size_t waiting() const { return waiting_.size(); }

 private:
  std::vector<Suspension*> waiting_;
};

// ack_wait 30 s, so that pulses come every 10 s; retries after 1 s and 5 s,
// then dead.
ActorOptions QuickRetries();

// A plain actor "mailer" of kParcelSent with QuickRetries, whose handler
// returns `status` and counts its calls.
Actor Returning(absl::Status status, int* calls = nullptr);

class Stage {
 public:
  // `jobs` coroutine jobs at once, all actors together.
  explicit Stage(int jobs = 1000);
  ~Stage() { End(); }

  // Drains all runners and destroys them: fails if a handler does not end.
  // Returns how many said that they had ended.
  int End();

  // Begins a runner of the actor, in version 1.2.3 of the service "post".
  internal::ActorRunner& Run(Actor actor);

  // To the flow opened last, then Idle; as if the loop had read them at once.
  void Deliver(const Incoming& incoming) { DeliverAll({incoming}); }
  void DeliverAll(const std::vector<Incoming>& incoming) {
    DeliverAll(transport.flow(), incoming);
  }
  void DeliverAll(FakeFlow& flow, const std::vector<Incoming>& incoming);

  // On the connection's thread, with everything that becomes ready by it.
  void InLoop(const std::function<void()>& act);
  // Until `done`, with real time passing; false after 20 seconds.
  bool WaitFor(const std::function<bool()>& done);

  // "ack 7", "nak 7 1s", "term 7 reason" in order.
  std::vector<std::string> settled() const;
  ActorHealth health(size_t runner = 0) const {
    return runners_[runner]->Health();
  }
  internal::ActorRunner& runner(size_t index = 0) { return *runners_[index]; }
  FakeClock& clock() { return *clock_; }
  internal::Conditions& conditions() { return conditions_; }
  internal::ClientCore& client() { return *client_; }
  const std::vector<std::string>& log() const { return log_->lines; }
  const ObserverLog& observer() const { return *log_; }

 private:
  const std::shared_ptr<boost::asio::io_context> io_ =
      std::make_shared<boost::asio::io_context>(1);
  const boost::asio::executor_work_guard<boost::asio::io_context::executor_type>
      work_ = boost::asio::make_work_guard(*io_);
  const std::shared_ptr<FakeClock> clock_ = std::make_shared<FakeClock>(*io_);
  const std::shared_ptr<ObserverLog> log_ = std::make_shared<ObserverLog>();
  const std::vector<std::shared_ptr<Observer>> observers_{log_};
  internal::Conditions conditions_{*clock_, observers_};
  const std::shared_ptr<internal::ClientCore> client_ =
      std::make_shared<internal::ClientCore>(io_, clock_);

 public:
  FakeTransport transport;
  FakeDeadSink dead{*clock_};
  Limiter jobs;
  Executor handlers;  // of the actors that Run begins; empty: the loop
  std::function<void()> meanwhile;  // run by WaitFor, again and again
  int missing = 0;  // how often a runner said that its consumer is gone

 private:
  std::vector<std::unique_ptr<internal::ActorRunner>> runners_;
};

}  // namespace walnats::testing
