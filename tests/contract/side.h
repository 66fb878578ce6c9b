#pragma once

// One side of the contract: a server, true or not, and the time in which it
// lives. The tests ask for nothing else, so what passes on one side and fails
// on another is a difference between the two.

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::contract {

enum class SideId {
  kMemory29,   // the memory transport, under the rules of 2.9
  kMemory215,  // and of 2.15
  kFrames29,   // nats/ over the model behind the second seam
  kFrames215,
  kOldest,  // nats/ over nats-server: the oldest that we support,
  kNewest,  // and the newest that there is
};

class Side {
 public:
  virtual ~Side() = default;

  // Before anything else.
  virtual absl::Status Start() = 0;

  virtual TimerQueue& clock() = 0;

  // One more client. Close it before the side ends.
  virtual Task<absl::StatusOr<std::unique_ptr<transport::Transport>>>
  Connect() = 0;

  // One more client of the second seam; kUnimplemented in memory, which has
  // none.
  virtual Task<absl::StatusOr<std::unique_ptr<nats::Wire>>> ConnectWire() = 0;

  // Runs everything until `task` has ended. In fake time, what it waits for
  // comes at once.
  virtual void Run(Task<void> task) = 0;

  // Runs everything until `condition`, at most for `limit`, and says whether it
  // holds then. A real server gets some seconds more, for machines that are
  // busy.
  virtual bool Until(absl::FunctionRef<bool()> condition,
                     absl::Duration limit) = 0;

  // Runs everything for so long; a little longer in real time.
  virtual void Elapse(absl::Duration duration) = 0;

  // The server dies without a word and comes back, at the same address and with
  // what it had stored in files, after about `away`.
  virtual absl::Status Restart(absl::Duration away) = 0;
};

std::unique_ptr<Side> MakeSide(SideId id);

// For INSTANTIATE_TEST_SUITE_P: all of them, those with a second seam, and the
// old and the new ones, for verbs that old servers lack altogether.
std::vector<SideId> AllSides();
std::vector<SideId> WireSides();
std::vector<SideId> OldSides();
std::vector<SideId> NewSides();

// "memory_2_9", "memory_2_15", "frames_2_9", "frames_2_15", "oldest", "newest".
std::string NameOf(SideId id);
void PrintTo(SideId id, std::ostream* out);

}  // namespace walnats::contract
