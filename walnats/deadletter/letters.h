#pragma once

// Reads dead letters, and what has become of them, from the stream
// "walnats-dead". On the transport's thread.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "walnats/clock.h"
#include "walnats/dead_letters.h"
#include "walnats/task.h"
#include "walnats/transport/stream_reader.h"
#include "walnats/transport/transport.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {

class LetterReader {
 public:
  // `recorded`: it has the record of its redrive, which one that was settled
  // lacks if its sender has died. False ends the visit.
  using Visitor = std::function<bool(const DeadLetterEntry&, bool recorded)>;

  // Both outlive it.
  LetterReader(transport::Transport& transport, Clock& clock)
      : transport_(transport), clock_(clock) {}

  // Those that match, the oldest first. All records are read before, so that
  // no letter needs a request of its own; letters that the filter numbers are
  // asked for one by one. Both stay until the Task has ended.
  Task<absl::Status> Visit(const DeadLetterFilter& filter,
                           const Visitor& visit);

  // kNotFound if there is none of that number.
  Task<absl::StatusOr<DeadLetterEntry>> Get(uint64_t number);

  // The transport is about to go: a Visit that waits ends with kCancelled.
  void Stop();

  // Its letter only; the state is that of one that was never redriven.
  Task<absl::StatusOr<DeadLetterEntry>> GetLetter(uint64_t number);

 private:
  // Of one letter; empty if there is none of the kind.
  struct Records {
    v1::DeadLetterRecord redriven;
    v1::DeadLetterRecord settled;
  };
  using RecordsByLetter = std::map<uint64_t, Records>;

  Task<absl::Status> VisitNumbered(const DeadLetterFilter& filter,
                                   const Visitor& visit);
  Task<absl::Status> ReadRecords(RecordsByLetter& records);
  // Calls `use` for each message of these subjects, until it returns false.
  Task<absl::Status> Scan(
      std::string subjects,
      const std::function<bool(const transport::StoredMessage&)>& use);
  Task<absl::Status> ReadRecordsOf(const DeadLetterEntry& entry,
                                   Records& records);
  static LetterState StateOf(const v1::DeadLetter& letter,
                             const Records& records);
  static bool IsRecorded(const v1::DeadLetter& letter, const Records& records);

  transport::Transport& transport_;
  Clock& clock_;
  bool stopped_ = false;
  std::unique_ptr<transport::StreamReader> scan_;  // while one runs
};

}  // namespace walnats::internal
