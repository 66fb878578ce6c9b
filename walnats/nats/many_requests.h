#pragma once

// Requests that are answered by many messages, the last of which is a status:
// the newest message of each of many subjects. They wait for their answers on
// the Wire's inbox, token "m<hex number>".
//
// Source: ADR-31, "Multi-subject requests".

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/task.h"
#include "walnats/transport/stored.h"

namespace walnats::nats {

class ManyRequests {
 public:
  // `wire` and `clock` outlive it.
  ManyRequests(Wire& wire, TimerQueue& clock) : wire_(wire), clock_(clock) {}
  // Closes.
  ~ManyRequests() { Close(); }
  ManyRequests(const ManyRequests&) = delete;
  ManyRequests& operator=(const ManyRequests&) = delete;

  // In the order of their sequences; none if the stream has none of them.
  // Errors as Requests::Request, kDeadlineExceeded if nothing has come for
  // `silence`. Of `this` nothing is used after the last answer.
  Task<absl::StatusOr<std::vector<transport::StoredMessage>>> Request(
      transport::Outgoing message, absl::Duration silence);

  // An answer to "<inbox>m<token>". May resume who waits for it.
  void OnAnswer(std::string_view token, const transport::Message& answer);
  // Ends every request with kUnavailable: its answers are lost.
  void OnDown();
  // Ends every request with kUnknown, later ones with kFailedPrecondition.
  void Close();

 private:
  struct Pending;

  void End(uint64_t number, absl::Status status);
  void FailAll(const absl::Status& status);

  Wire& wire_;
  TimerQueue& clock_;
  uint64_t last_number_ = 0;
  std::map<uint64_t, Pending*> pending_;
  bool closed_ = false;
};

}  // namespace walnats::nats
