#pragma once

// The table of requests that wait for their answer on the Wire's inbox, token
// "r<hex number>".

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/task.h"

namespace walnats::nats {

class Requests {
 public:
  // `wire` and `clock` outlive it.
  Requests(Wire& wire, TimerQueue& clock);
  // Closes.
  ~Requests();
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  // Sends `message`, whose reply is ours to choose, and waits for the answer:
  // kUnavailable without responders or connection, kDeadlineExceeded after
  // `limit`. The statuses do not name the request. Of `this` nothing is used
  // after the answer: it may be gone by then.
  Task<absl::StatusOr<transport::Message>> Request(transport::Outgoing message,
                                                   absl::Duration limit);

  // Asks ourselves: when it is back, the server has worked off what was sent
  // before, and what the server had sent has come.
  Task<absl::Status> RoundTrip(absl::Duration limit);

  // An answer to "<inbox>r<token>". May resume who waits for it.
  void OnAnswer(std::string_view token, transport::Message answer);
  // Ends every request with kUnavailable: its answer is lost.
  void OnDown();
  // Ends every request with kUnknown, later ones with kFailedPrecondition.
  void Close();

 private:
  struct Pending;

  void FailAll(const absl::Status& status);
  void OnTime();
  void ArmNext();

  Wire& wire_;
  TimerQueue& clock_;
  uint64_t last_number_ = 0;
  absl::flat_hash_map<uint64_t, Pending*> pending_;
  std::set<std::pair<absl::Time, uint64_t>> deadlines_;
  bool closed_ = false;
  Timer timer_;
};

}  // namespace walnats::nats
