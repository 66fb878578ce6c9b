#pragma once

// Sends dead letters back to their actors: the sender's half of a redrive (the
// other is redrive_source.h). On the transport's thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/clock.h"
#include "walnats/dead_letters.h"
#include "walnats/deadletter/letters.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// Every letter first goes into the queue, under a subject of its own, and then
// gets its record. A process that dies in between leaves a letter without
// record, which the next run finds in the queue already.
class Redrive {
 public:
  // All outlive it.
  Redrive(transport::Transport& transport, Clock& clock,
          const DeadLetterFilter& filter, const RedriveOptions& options)
      : transport_(transport),
        clock_(clock),
        filter_(filter),
        options_(options),
        reader_(transport, clock) {}

  // Once. An error is of the connection or the streams, not of a letter; what
  // was done until then stays done.
  Task<absl::StatusOr<RedriveResult>> Run();

  // The transport is about to go.
  void Stop() { reader_.Stop(); }

 private:
  // In this order they were emitted, so that those of a key stay in order.
  struct Planned {
    std::string stream;
    uint64_t sequence = 0;
    uint64_t number = 0;
    bool settled = false;  // only its record is missing
  };
  // What has become of a letter of the plan.
  enum class Fate { kQueued, kAlready, kProblem };

  Task<absl::Status> Plan();
  Task<absl::Status> MakeQueue();
  Task<void> KeepPace();
  Task<absl::StatusOr<Fate>> RedriveOne(const Planned& planned,
                                        DeadLetterEntry& entry);
  Task<absl::StatusOr<Fate>> Send(const v1::DeadLetter& letter,
                                  uint64_t number);
  Task<absl::Status> Publish(const v1::DeadLetter& letter, uint64_t number);
  Task<absl::StatusOr<Fate>> Record(const v1::DeadLetter& letter,
                                    uint64_t number);
  // The letter with the body of the message that died, as long as its stream
  // keeps it; kNotFound after that.
  Task<absl::Status> RestoreBody(v1::DeadLetter& letter);
  Fate Problem(uint64_t number, std::string_view why);

  transport::Transport& transport_;
  Clock& clock_;
  const DeadLetterFilter& filter_;
  const RedriveOptions& options_;
  LetterReader reader_;
  std::vector<Planned> plan_;
  absl::Time next_ = absl::InfinitePast();  // not before, for the rate
  RedriveResult result_;
};

}  // namespace walnats::internal
