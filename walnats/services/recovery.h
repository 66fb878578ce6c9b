#pragma once

// Makes a deleted consumer again where it stopped. It remembers every actor's
// ack floor as the server last told it, so a consumer made anew repeats the
// work of seconds and loses none, whichever process makes it. On the way it
// sees whether the consumers are as they were declared.

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "walnats/actor/actor_runner.h"
#include "walnats/services/stream_watch.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

class Recovery {
 public:
  // All outlive it, and so do the runners, which `streams` knows. `interval`:
  // between two looks at the consumer of an actor that works, or is stalled.
  Recovery(transport::Transport& transport, TimerQueue& clock,
           Conditions& conditions, StreamWatch& streams,
           absl::Duration interval);

  // `declared`: to begin where `floor`, the consumer's ack floor now, is not
  // known to be better.
  void Watch(ActorRunner& runner, transport::ConsumerConfig declared,
             uint64_t floor);

  // The consumer of `runner` is gone: brings it back and restarts the flow,
  // however long the stream is unreachable.
  void Recover(ActorRunner& runner);

  // After a reconnect all consumers are looked at.
  void OnUp();

  // Ends everything; `idle` soon after.
  void Stop() { stopped_ = true, timer_.Cancel(); }
  bool idle() const { return running_ == 0; }

 private:
  struct Watched {
    ActorRunner* runner = nullptr;
    transport::ConsumerConfig declared;
    uint64_t floor = 0;
    int64_t settled = 0;  // by the runner when `floor` was read
    bool recovering = false;
    bool given_up = false;  // its stream is another one: for people
  };
  Task<absl::Status> Refresh();
  Task<absl::Status> RefreshOne(Watched& watched);
  Task<absl::Status> RecoverOne(Watched& watched);
  // One try. OK: the consumer is there; kDataLoss: nothing more can be done.
  Task<absl::Status> TryRecover(Watched& watched);
  void ScheduleRefresh();

  transport::Transport& transport_;
  TimerQueue& clock_;
  Conditions& conditions_;
  StreamWatch& streams_;
  const absl::Duration interval_;
  Timer timer_;
  bool stopped_ = false;
  bool refreshing_ = false;
  int running_ = 0;  // coroutines
  // By event and actor, so that the server is asked in an order that repeats.
  std::map<std::pair<std::string, std::string>, Watched> watched_;
};

}  // namespace walnats::internal
