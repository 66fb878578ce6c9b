#pragma once

// Pauses of actors, for all their processes and over restarts. From 2.11 on the
// server pauses the consumer, and whoever asks it sees that. Before, a record
// in the bucket "walnats-control" says so, which every process with actors
// watches: key "pause.<stream>.<actor>", value the end as RFC 3339, or
// "forever".

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/kv.h"
#include "walnats/runtime/timer_queue.h"
#include "walnats/services/bucket_follower.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// Whether the server pauses consumers itself.
bool PausesConsumers(const transport::Transport& transport);

// Of a server that does; InfinitePast if it is not paused.
absl::Time PausedUntil(const transport::ConsumerInfo& info);

// On the transport's thread; `client` is one over `transport`. A time that has
// passed resumes. kNotFound if there is no such consumer.
Task<absl::Status> PauseActor(transport::Transport& transport, Client client,
                              std::string stream, std::string actor,
                              absl::Time until);
Task<absl::Status> ResumeActor(transport::Transport& transport, Client client,
                               std::string stream, std::string actor);

// Until when a record pauses an actor, for servers that cannot; InfinitePast if
// it does not, or cannot be read.
Task<absl::Time> RecordedPause(Client client, std::string stream,
                               std::string actor);

// The value of a record; kDataLoss if it is none.
std::string PauseRecord(absl::Time until);
absl::StatusOr<absl::Time> ParsePauseRecord(std::string_view value);

// Follows the records, for servers that cannot pause. On the thread of the
// clock, which outlives it.
class PauseWatch {
 public:
  // Until when an actor is paused; InfinitePast: not any more.
  using Set = std::function<void(absl::Time until)>;

  // `interval`: how often it looks for a bucket that is not there.
  PauseWatch(Client client, TimerQueue& clock, absl::Duration interval);

  // Before Load.
  void Add(const std::string& stream, const std::string& actor, Set set);

  // Any time. As PauseActor, and tells it at once, unless a newer record is
  // told before the answer comes.
  Task<absl::Status> Pause(transport::Transport& transport, Client client,
                           std::string stream, std::string actor,
                           absl::Time until);

  // What is recorded now. An error: it is not known.
  Task<absl::Status> Load() { return follower_.Load(); }

  // Follows what comes later, until Stop; `idle` soon after.
  void Begin() { follower_.Begin(); }
  void Stop() { follower_.Stop(); }
  bool idle() const { return follower_.idle(); }

 private:
  struct Watched {
    uint64_t newest() const { return std::max(told, stored); }
    Set set;
    uint64_t told = 0;    // the revision that was last
    uint64_t stored = 0;  // by Pause, and not told yet
  };
  void Apply(const KvEntry& entry);

  std::map<std::string, Watched> watched_;  // by key
  BucketFollower follower_;
};

}  // namespace walnats::internal
