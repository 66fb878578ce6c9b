#pragma once

// Acked publishes through a bounded window. A full window makes publishes wait
// in a queue, or refuses them; a lost answer is resolved by sending the same
// message id again inside the duplicate window (guarantee 1); no responders is
// tried again as ADR-22 says. Decisions only: it speaks to a Wire and its
// timers.
//
// In flight messages stand in a ring, slot = number & mask. The number is the
// token of the reply subject ("<inbox>p<hex>"), so a late answer to an older
// publish misses its slot and is ignored. What is sent again gets a new number,
// so the ring is in the order of sending and one timer watches its oldest end.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "walnats/nats/wire.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::nats {

struct PublisherOptions {
  int window_messages = 4096;  // a power of two
  int64_t window_bytes = 16 << 20;
  // Without an answer for so long, the message is sent again (with id) or
  // reported as kUnknown (without).
  absl::Duration answer_limit = absl::Seconds(5);
  absl::Duration no_responders_delay = absl::Milliseconds(250);
  int no_responders_retries = 2;
};

class Publisher {
 public:
  // `wire` and `clock` outlive it. Sends nothing before the first OnUp.
  Publisher(Wire& wire, TimerQueue& clock, const PublisherOptions& options);
  // Closes.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // As Transport::Publish. Never calls OnPublished itself: answers do, and
  // the timer does for what fails without one, so that a publication which is
  // published again by it does not grow the stack.
  void Publish(transport::Publication& publication);

  // Publishes nothing: `publication` gets `status`, later as well.
  void Refuse(transport::Publication& publication, absl::Status status);

  // An answer to "<inbox>p<token>". The completion is the last thing it calls.
  void OnAnswer(std::string_view token, const transport::Message& answer);

  void OnUp();
  void OnDown();
  void OnWritable();
  // Nothing more is sent until the next OnUp.
  void OnLameDuck();

  // Completes everything: queued with kFailedPrecondition, in flight with
  // kUnknown.
  void Close();

  bool idle() const {
    return in_flight_ == 0 && queue_.empty() && failed_.empty();
  }
  // Sent at least once and not completed.
  int in_flight() const { return in_flight_; }

 private:
  using Publication = transport::Publication;
  struct Slot {
    uint64_t number = 0;  // 0: free
    Publication* publication = nullptr;
  };
  struct Failure {
    Publication* publication;
    absl::Status status;
  };

  static std::string Act(const transport::Outgoing& message);
  static absl::Time Deadline(const Publication& publication);
  absl::Status Refusal(const Publication& publication) const;
  bool Room(const Publication& publication) const;
  bool TrySend(Publication& publication, absl::Time now);
  void Pump(absl::Time now);
  bool RetryLater(Publication& publication);
  static absl::Status Explain(const Publication& publication,
                              const absl::Status& refusal);

  // What goes wrong without an answer.
  void LoseUntil(absl::Time sent);
  void Expire(std::deque<Publication*>& waiting, absl::Time now);
  void ResumeDelayed(absl::Time now);
  void Release(const Publication& publication);
  void Fail(Publication& publication, absl::Status status);
  void CompleteFailed();

  void Arm(absl::Time when);
  void ArmNext(absl::Time now);
  void OnTime();

  Wire& wire_;
  TimerQueue& clock_;
  const PublisherOptions options_;
  transport::PublishHeaders headers_;
  std::string reply_;  // its prefix, then the number of the last
  const std::size_t reply_prefix_;
  std::vector<Slot> ring_;
  const uint64_t mask_;
  uint64_t next_ = 1;
  uint64_t oldest_ = 1;  // nothing in flight has a lower number
  int in_flight_ = 0;
  int64_t in_flight_bytes_ = 0;
  int64_t max_payload_ = 0;           // 0: not known yet
  std::deque<Publication*> again_;    // sent before, to be sent again
  std::deque<Publication*> delayed_;  // no responders, waiting
  std::deque<Publication*> queue_;    // never sent
  std::deque<Failure> failed_;        // to be completed by the timer
  bool sending_ = false;
  bool closed_ = false;
  Timer timer_;
};

}  // namespace walnats::nats
