#pragma once

// The coroutines of one transport that wait for an answer of the server.

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/task.h"
#include "walnats/testing/memory/link.h"
#include "walnats/transport/message.h"

namespace walnats::testing {

// `status` with what was done in front.
absl::Status Annotate(const absl::Status& status, std::string_view act);

// Of `this` nothing is used by a coroutine that was resumed: it may be gone.
class MemoryRequests {
 public:
  // `link` outlives it.
  explicit MemoryRequests(MemoryLink& link);
  // Closes, and resumes at once who waits.
  ~MemoryRequests();
  MemoryRequests(const MemoryRequests&) = delete;
  MemoryRequests& operator=(const MemoryRequests&) = delete;

  // Why nothing can be asked now: kFailedPrecondition, kUnavailable.
  absl::Status Ready() const;

  // Asks with a reply of its own and waits for who answers it: kUnavailable
  // without responders, kDeadlineExceeded after `limit`.
  Task<absl::StatusOr<transport::Message>> Request(transport::Outgoing message,
                                                   absl::Duration limit);

  // Until what the server had sent by now has come, and so its answer to what
  // it was just asked.
  Task<absl::Status> Turn();
  // Nobody will answer: kDeadlineExceeded after `limit`.
  Task<absl::Status> Silence(absl::Duration limit);
  // Until those who wait were told of OnDown or Close.
  Task<void> Told();

  // An answer to "<inbox>r<token>". May resume who waits for it.
  void OnAnswer(std::string_view token, transport::Message answer);
  // Every answer is lost: kUnavailable, in a later turn.
  void OnDown();
  // Ends everything with kUnknown in a later turn, and what comes later with
  // kFailedPrecondition.
  void Close();

 private:
  struct Pending;

  Task<absl::StatusOr<transport::Message>> Await(uint64_t number,
                                                 absl::Duration limit);
  void End(uint64_t number, absl::StatusOr<transport::Message> answer);
  void FailAll(const absl::Status& status);
  void ResumeSoon(Pending& pending);
  void ResumeFailed();
  void OnTime();
  void ArmNext();

  MemoryLink& link_;
  uint64_t last_number_ = 0;
  std::map<uint64_t, Pending*> pending_;
  std::set<std::pair<absl::Time, uint64_t>> deadlines_;
  std::vector<Pending*> failed_;
  bool closed_ = false;
  Timer timer_;
};

}  // namespace walnats::testing
