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

  // As Transport::Publish. Never calls `completion` itself.
  void Publish(const transport::Outgoing& message,
               const transport::Expect& expect,
               const transport::PublishOptions& options,
               transport::PublishCompletion& completion);

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
  struct Record {
    transport::Outgoing message;
    transport::Expect expect;
    transport::PublishOptions options;
    transport::PublishCompletion* completion = nullptr;
    int64_t bytes = 0;
    absl::Time asked;  // when Publish was called
    absl::Time first_sent = {};
    absl::Time last_sent = {};  // or last refused for want of responders
    int no_responders = 0;      // answers of that kind
    bool sent = false;
    bool copy_lost = false;  // a copy was sent whose answer will not come
  };
  struct Failure {
    transport::PublishCompletion* completion;
    absl::Status status;
  };
  using Records = std::deque<Record>;

  // As of the connection to a real server.
  static constexpr absl::Duration kAnswerLimit = absl::Seconds(5);
  static constexpr absl::Duration kNoRespondersDelay = absl::Milliseconds(250);

  using Outcome = model::Answer<transport::PubAck>;

  static std::string Act(const Record& record);
  static absl::Time Deadline(const Record& record);  // of what waits
  absl::Status Refusal(const Record& record) const;
  bool Room(const Record& record) const;
  bool TrySend(Record& record);
  void Await(const Record& record, Carried carried);
  void SendWaiting();
  void OnAnswer(uint64_t number, const Outcome& outcome);
  bool RetryLater(const Record& record);
  static absl::Status Explain(const Record& record,
                              const model::Refusal& refusal);

  // What goes wrong without an answer.
  void LoseUntil(absl::Time sent);
  void Expire(Records& records);
  void ResumeDelayed();
  void Release(const Record& record);
  void Fail(const Record& record, absl::Status status);
  void CompleteFailed();

  void Arm(absl::Time when);
  void ArmNext();
  void OnTime();

  MemoryLink& link_;
  transport::PublishHeaders headers_;
  uint64_t last_number_ = 0;
  std::map<uint64_t, Record> sent_;  // by number, and so by time
  Records again_;                    // sent before, to be sent again
  Records delayed_;                  // no responders, waiting
  Records queue_;                    // never sent
  std::deque<Failure> failed_;       // completed in the next turn
  int in_flight_ = 0;
  int64_t in_flight_bytes_ = 0;
  bool closed_ = false;
  Timer timer_;
};

}  // namespace walnats::testing
