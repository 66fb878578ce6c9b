#pragma once

// Messages that actors gave up on: looked at, and tried again. They stand in
// the stream "walnats-dead" (limits retention; DeadLetterOptions in services.h
// say how long), each as a walnats.v1.DeadLetter under
// walnats-dead.<stream>.<actor>.<sequence>.<generation>. The program `walnats
// dlq` does the same from a terminal.
//
//   walnats::DeadLetters letters(services.client());
//   walnats::DeadLetterFilter mine{.actor = "charge-card",
//                                  .error = "gateway*"};
//   walnats::RedriveOptions options{.by = "anna", .reason = "gateway is back",
//                                   .rate = 50};
//   absl::StatusOr<walnats::RedriveResult> done =
//       co_await letters.Redrive(mine, options);
//
// A redrive queues a message for the actor that failed, and for no other: with
// its original bytes, headers and trace, a fresh message id, and one generation
// more. It is handled by any process of the actor's service, and counts its
// attempts anew. Interrupted and repeated it goes on where it was: a letter is
// redriven once, however often it is asked for and whoever dies meanwhile.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/task.h"

namespace walnats {

namespace v1 {
class DeadLetter;
}

// All that is set must hold. Patterns: '*' stands for any text.
struct DeadLetterFilter {
  std::string service = {};
  std::string actor = {};
  std::string event = {};
  std::string code = {};          // "UNAVAILABLE"
  std::string error = {};         // a pattern for the last error's text
  std::string key = {};           // of an order per key
  std::string header = {};        // a header's name
  std::string header_value = {};  // a pattern for its value; empty: any
  absl::Time died_from = absl::InfinitePast();
  absl::Time died_until = absl::InfiniteFuture();
  std::vector<uint64_t> letters = {};  // their numbers; empty: all
  // Also those that were redriven already. Redrive only counts them.
  bool redriven = false;
  int64_t limit = INT64_MAX;
};

// What has become of a letter.
enum class LetterState {
  kDead,      // nothing yet
  kParked,    // waits behind a dead message of its key
  kRedriven,  // queued, or being handled
  kHandled,   // its redrive was handled
  kDeadAgain  // its redrive died: see the letter of the next generation
};

struct DeadLetterEntry {
  uint64_t number = 0;  // its sequence in "walnats-dead"; names it for ever
  LetterState state = LetterState::kDead;
  std::shared_ptr<const v1::DeadLetter> letter;
};

// Who, when and why, for the audit.
struct RedriveOptions {
  std::string by = {};      // required
  std::string reason = {};  //
  bool dry_run = false;     // count and show, send nothing
  double rate = 0;          // letters a second; 0: as fast as it goes
  // Called after every letter that was tried, with how many were, on the
  // connection's thread. False: stop here.
  std::function<bool(const DeadLetterEntry& letter, int64_t done)> progress =
      {};
};

struct RedriveResult {
  int64_t matched = 0;
  int64_t queued = 0;                 // now; of a dry run: would be
  int64_t already = 0;                // redriven before
  std::vector<std::string> problems;  // letters that could not be, and why
};

// A cheap handle. Any thread. What is passed is copied before a call returns
// its Task; in a co_await expression name filters and options first, since g++
// 12 destroys temporary ones twice. As with Client, executors of yours on which
// it is awaited outlive Services::Run.
class DeadLetters {
 public:
  explicit DeadLetters(Client client) : client_(std::move(client)) {}

  // Calls `visit`, on the connection's thread, for each that matches, the
  // oldest first, until it returns false. OK with none if the stream does not
  // exist.
  Task<absl::Status> Visit(
      const DeadLetterFilter& filter,
      std::function<bool(const DeadLetterEntry&)> visit) const;

  // kNotFound if there is none of that number.
  Task<absl::StatusOr<DeadLetterEntry>> Get(uint64_t number) const;

  // In the order in which the messages were stored. An error is of the
  // connection or a stream: what was done until then stays done, and another
  // call goes on from there. A letter that cannot be sent is only a problem in
  // the result.
  Task<absl::StatusOr<RedriveResult>> Redrive(
      const DeadLetterFilter& filter, const RedriveOptions& options) const;

  // Removes letters for good, and their records; how many.
  Task<absl::StatusOr<int64_t>> Purge(const DeadLetterFilter& filter,
                                      bool dry_run) const;

 private:
  Client client_;
};

}  // namespace walnats
