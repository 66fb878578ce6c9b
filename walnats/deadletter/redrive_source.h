#pragma once

// The receiver's half of a redrive: takes what was redriven to a service from
// the stream "walnats-redrive" and gives each message to the actor that failed.
// A message that was settled already, and whose ack got lost, is not handled
// again: its record says so.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/actor/actor_runner.h"
#include "walnats/actor/conditions.h"
#include "walnats/actor/origin.h"
#include "walnats/actor/source.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// What a source shares with the others of its Services; all outlive it.
struct RedriveEnvironment {
  transport::Transport& transport;
  TimerQueue& clock;
  Conditions& conditions;
  transport::FlowOptions flow;
  // How the stream is made again if somebody has deleted it.
  transport::StreamConfig stream;
  bool create = true;  // RegisterOptions
};

// One per service of the process; everything on the transport's thread.
class RedriveSource final : public transport::DeliverySink, public Source {
 public:
  // Deliveries held at a time, whatever becomes of them.
  static constexpr int kHeld = 64;

  RedriveSource(std::string service, RedriveEnvironment environment);
  ~RedriveSource();  // idle() must hold, or the transport be closed

  // Before Begin. `runner` stays until Stop, and this until `runner` is gone.
  void Add(ActorRunner& runner);

  // Makes the service's durable if it is missing, and begins to take.
  void Begin();

  // ---- drain: with the actors' Close(Gate::kDrain), HandBack and Stop
  // Asks for nothing any more; what still comes goes the way of all others, to
  // actors that hand it back.
  void Close();
  // Nothing is on its way to an actor or from one to the server.
  bool idle() const { return working_ == 0 && incoming_.empty(); }
  void Stop();

 private:
  // A delivery whose records are being read.
  struct Incoming {
    transport::Delivery delivery;
    Origin origin;
    ActorRunner* runner;
    bool known = false;                      // what follows
    absl::Status status = absl::OkStatus();  // of the questions
    bool settled = false;                    // before, but the ack got lost
    int64_t idle = 0;                        // deliveries that were no attempts
  };

  void OnDelivery(transport::Delivery delivery) override;
  void OnIdle() override {}
  void OnFlowEvent(transport::FlowEvent event,
                   std::string_view detail) override;
  void Finish(transport::Delivery delivery, JobVerdict verdict,
              absl::Time deadline) override;
  void PutOff(transport::Delivery delivery) override;
  void OnReleased() override;

  // ---- the durable
  // Makes it if it is missing, however long that takes; then the flow begins,
  // or goes on.
  void Ensure();
  Task<absl::Status> EnsureDurable();
  void OnEnsured(const absl::Status& status);

  // ---- a delivery
  ActorRunner* RunnerOf(std::string_view subject) const;
  Task<absl::Status> LookUp(Incoming& incoming);
  // What is known goes on, in the order in which it came.
  void PassOn();
  void Route(Incoming& incoming);

  // ---- its end
  Task<absl::Status> FinishOne(transport::Delivery delivery, JobVerdict verdict,
                               absl::Time deadline);
  Task<absl::Status> StoreSettled(const transport::Delivery& delivery,
                                  JobVerdict verdict, absl::Time deadline);
  // Gives it back for `delay`, and notes that this was no attempt.
  void PutOff(transport::Delivery delivery, std::string why,
              absl::Duration delay);
  Task<absl::Status> NoteAndNak(transport::Delivery delivery, std::string why,
                                absl::Duration delay);
  Task<absl::Status> Note(const transport::Delivery& delivery, std::string why);
  void Nak(transport::Delivery delivery, absl::Duration delay);
  absl::Time Deadline(const transport::Delivery& delivery) const;

  // ---- what cannot be routed; it is well again when it stays away
  void BeginUnroutable(std::string object, std::string detail,
                       absl::Duration delay);
  void EndUnroutable();

  // Runs `task`, which counts as work.
  void Work(Task<absl::Status> task);
  void UpdateWant();
  void Rest();

  const std::string service_;
  const std::string object_;  // of its conditions
  const RedriveEnvironment environment_;
  // By actor and stream.
  std::map<std::pair<std::string, std::string>, ActorRunner*, std::less<>>
      runners_;
  absl::Duration ack_wait_ = absl::ZeroDuration();  // the longest of them

  std::unique_ptr<transport::Flow> flow_;
  bool closing_ = false;
  bool ensuring_ = false;
  bool missing_ = false;  // the durable; the flow waits for its Restart
  // What it met is for other processes, which it would keep from taking it.
  absl::Time rests_until_ = absl::InfinitePast();
  Timer rest_timer_;
  Timer ensure_timer_;

  std::deque<std::unique_ptr<Incoming>> incoming_;
  int taken_ = 0;    // by actors
  int working_ = 0;  // coroutines, but for those of incoming_

  // Conditions that stand, and until when if nothing of the kind comes again.
  std::map<std::string, absl::Time> unroutable_;
  Timer unroutable_timer_;
};

}  // namespace walnats::internal
