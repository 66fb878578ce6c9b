#pragma once

// Acked publishes of one transport, through a bounded window: what waits for
// the connection, for room, for its answer, or to be sent again because the
// answer was lost or nobody listened.

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/memory/link.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::testing {

class MemoryPublisher {
 public:
  // `link` outlives it.
  explicit MemoryPublisher(MemoryLink& link);
  // Closes, and completes at once what is left.
  ~MemoryPublisher();
  MemoryPublisher(const MemoryPublisher&) = delete;
  MemoryPublisher& operator=(const MemoryPublisher&) = delete;

  // As Transport::Publish. Never calls OnPublished itself.
  void Publish(transport::Publication& publication);

  void OnUp();
  void OnDown();
  // Completes everything in a later turn: queued with kFailedPrecondition, in
  // flight with kUnknown.
  void Close();

  bool idle() const {
    return in_flight_ == 0 && queue_.empty() && failed_.empty();
  }
  // Sent at least once and not completed.
  int in_flight() const { return in_flight_; }

 private:
  using Publication = transport::Publication;
  struct Failure {
    Publication* publication;
    absl::Status status;
  };
  using Publications = std::deque<Publication*>;

  // As of the connection to a real server.
  static constexpr absl::Duration kAnswerLimit = absl::Seconds(5);
  static constexpr absl::Duration kNoRespondersDelay = absl::Milliseconds(250);

  using Outcome = model::Answer<transport::PubAck>;

  static std::string Act(const Publication& publication);
  static absl::Time Deadline(const Publication& publication);  // of what waits
  absl::Status Refusal(const Publication& publication) const;
  bool Room(const Publication& publication) const;
  bool TrySend(Publication& publication);
  void Await(Publication& publication, Carried carried);
  void SendWaiting();
  void OnAnswer(uint64_t number, const Outcome& outcome);
  bool RetryLater(Publication& publication);
  static absl::Status Explain(const Publication& publication,
                              const model::Refusal& refusal);

  // What goes wrong without an answer.
  void LoseUntil(absl::Time sent);
  void Expire(Publications& waiting);
  void ResumeDelayed();
  void Release(const Publication& publication);
  void Fail(Publication& publication, absl::Status status);
  void CompleteFailed();

  void Arm(absl::Time when);
  void ArmNext();
  void OnTime();

  MemoryLink& link_;
  transport::PublishHeaders headers_;
  uint64_t last_number_ = 0;
  std::map<uint64_t, Publication*> sent_;  // by number, and so by time
  Publications again_;                     // sent before, to be sent again
  Publications delayed_;                   // no responders, waiting
  Publications queue_;                     // never sent
  std::deque<Failure> failed_;             // completed in the next turn
  int in_flight_ = 0;
  int64_t in_flight_bytes_ = 0;
  bool closed_ = false;
  Timer timer_;
};

}  // namespace walnats::testing
