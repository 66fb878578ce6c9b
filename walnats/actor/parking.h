#pragma once

// Keys that wait behind a dead message of theirs (Dead::kPark), and what that
// means for each delivery.
//
// The order of acts, each of which may be the last one before a crash:
//
//   dead:     record -> letter -> term.  Once the record stands, the message
//             comes again and is found in it: it is not handled, its letter is
//             stored (once, however often), and it is terminated. Were the
//             letter first, a later message of the key could be handled by
//             another process that does not know of it yet.
//   handled   record (taken out) -> ack.  A redrive that is delivered again in
//   redrive:  between is handled again, as any delivery may be; were the ack
//             first, a crash would leave its key parked for ever.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "walnats/task.h"

namespace walnats::internal {

enum class ParkedPlace {
  kRuns,    // nothing is in its way
  kBehind,  // held back, as a dead letter too
  kDead,    // it died before; only its letter or its end are missing
};

struct ParkedVerdict {
  ParkedPlace place = ParkedPlace::kRuns;
  uint64_t behind = 0;  // of kBehind: the first message of the key
};

// The dead messages of one key, in the order of the stream.
class ParkedList {
 public:
  struct Message {
    uint64_t sequence = 0;
    int generation = 0;  // of its letter
    bool operator==(const Message&) const = default;
  };

  ParkedList() = default;
  explicit ParkedList(std::vector<Message> messages);

  // What becomes of a delivery. A redriven message has a generation above that
  // of its letter.
  ParkedVerdict Judge(uint64_t sequence, int generation) const;

  // Whether that changed anything.
  bool Park(uint64_t sequence, int generation);
  bool Free(uint64_t sequence);

  const std::vector<Message>& messages() const { return messages_; }

 private:
  std::vector<Message> messages_;
};

// Of one actor, for all its processes. On the transport's thread.
class Parking {
 public:
  virtual ParkedVerdict Judge(std::string_view key, uint64_t sequence,
                              int generation) const = 0;

  // OK once it is recorded; Judge knows of it then. Again is safe.
  virtual Task<absl::Status> Park(std::string key, uint64_t sequence,
                                  int generation) = 0;
  virtual Task<absl::Status> Free(std::string key, uint64_t sequence) = 0;

 protected:
  ~Parking() = default;
};

// The same for a key everywhere and for ever: 32 hexadecimal digits.
std::string KeyHash(std::string_view key);

}  // namespace walnats::internal
