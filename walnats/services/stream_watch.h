#pragma once

// Keeps an eye on the streams of a process: whether each is there, still the
// same one, as it was declared, and has what it acknowledged. While that is in
// doubt, its actors start nothing; if it has become another one, they stand
// still until the process ends.

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "walnats/actor/actor_runner.h"
#include "walnats/services/watch.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

class StreamWatch {
 public:
  // All outlive it, and so do the runners. `interval`: between two questions
  // about a stream that is not in doubt.
  StreamWatch(transport::Transport& transport, TimerQueue& clock,
              Conditions& conditions, absl::Duration interval);

  // Before Begin. `acknowledged`: the highest sequence that the stream has
  // acknowledged to this process, as it grows; outlives it.
  void AddStream(transport::StreamConfig declared, absl::Time created,
                 const std::atomic<uint64_t>& acknowledged);
  void AddRunner(ActorRunner& runner);
  // When the flows of all runners have begun: what replaces a stream from then
  // on is noticed, so one answer ends the doubt.
  void Begin();

  // The connection: behind a new one there may be other streams.
  void OnDown();
  void OnUp();
  // What `runner` gets may be of another stream.
  void Doubt(ActorRunner& runner);

  struct Verdict {
    StreamFate fate;
    absl::Status status;  // the answer's
  };
  // Asks now, in doubt. What the answer means has been acted upon.
  Task<Verdict> Verify(const std::string& stream);

  // Ends everything; `idle` soon after.
  void Stop();
  bool idle() const { return running_ == 0; }

 private:
  struct Watched {
    KnownStream known;
    const std::atomic<uint64_t>* acknowledged = nullptr;
    std::vector<ActorRunner*> runners;
    uint64_t doubts = 0;    // so far: an answer from before one settles none
    bool in_doubt = false;  // the gates are closed
    bool another = false;   // for people
    bool asking = false;
    absl::Time ask_at = absl::InfiniteFuture();
    absl::Duration delay;  // of the next question, if this one settles nothing
  };
  Watched& Find(const ActorRunner& runner);
  void Doubt(Watched& watched);
  void Trust(Watched& watched);
  void AskSoon(Watched& watched);
  // Asks what is due, a few at a time.
  void AskDue();
  Task<absl::Status> Ask(Watched& watched);
  Task<Verdict> Inquire(Watched& watched);
  void Act(Watched& watched, const StreamFinding& finding);
  void OnAnother(Watched& watched, const std::string& detail);

  transport::Transport& transport_;
  TimerQueue& clock_;
  Conditions& conditions_;
  const absl::Duration interval_;
  Timer timer_;
  bool stopped_ = false;
  int running_ = 0;  // questions
  // By name, so that the server is asked in an order that repeats.
  std::map<std::string, Watched> watched_;
};

}  // namespace walnats::internal
