#pragma once

// How much of an event its stream keeps, and how. Whatever is unset is
// unlimited, kept in files, in one replica.
//
//   inline constexpr walnats::Event<v1::OrderPlaced> kOrderPlaced(
//       "shop.order-placed",
//       {.limits = {.age = absl::Hours(24 * 7), .messages = 1'000'000}});
//
// A limit removes messages whether or not they were handled: choose `age` and
// `messages` for the longest outage of an actor that you want to survive.
//
// What can change later: everything but `retention` and `storage`, which are
// for ever what the first deploy said (Register refuses another), and
// `consumers`, which old servers (2.9) refuse to change.

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

#include "absl/time/time.h"

namespace walnats {

inline constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

// What happens to an emit when the stream is full.
enum class Discard {
  kOld,  // the oldest messages make room
  kNew,  // the emit is refused with kResourceExhausted
};

// When a message leaves the stream, limits apart.
enum class Retention {
  kLimits,     // never: late actors, replay and dead letters need it
  kInterest,   // when every actor has acked it (what Python's walnats creates)
  kWorkQueue,  // when one actor has acked it; a second actor is refused
};

enum class Storage { kFile, kMemory };

enum class Compression {
  kNone,
  kS2,           // Register fails where the server lacks it (before 2.10)
  kIfAvailable,  // S2 where the server has it, else none
};

// Every number must be above zero, or Event refuses to compile.
struct Limits {
  absl::Duration age = absl::InfiniteDuration();  // at least 100 ms
  int64_t messages = kUnlimited;
  int64_t bytes = kUnlimited;         // headers and server's overhead included
  int64_t message_size = kUnlimited;  // bytes, headers included; <= 2^31 - 1
  int64_t consumers = kUnlimited;     // actors of this event
  int64_t per_subject = kUnlimited;   // messages

  // How long an emit with an id seen before is recognized as a duplicate: at
  // least 100 ms, at most `age`. Zero means two minutes, or `age` where that
  // is shorter. The server holds every id of the window in memory (190 to
  // 260 bytes each).
  absl::Duration duplicates = absl::ZeroDuration();

  Discard discard = Discard::kOld;
  Retention retention = Retention::kLimits;
  Storage storage = Storage::kFile;
  int replicas = 1;  // 1 to 5; odd numbers make sense

  // Where in the cluster: only servers that carry all of these tags.
  std::array<std::string_view, 4> tags = {};

  Compression compression = Compression::kNone;
};

}  // namespace walnats
