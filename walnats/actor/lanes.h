#pragma once

// Order per key: a lane for each key in which messages wait in the order of
// the stream, one of them running at a time; different lanes run in parallel.
// No I/O and no timers: entries and times in, the next entry out.
//
//   lanes.Add(entry, now);
//   if (LaneEntry* next = lanes.Front(now)) { lanes.Start(*next); ... }
//   ... it has ended: lanes.Release(entry.key) ...
//
// A message that was lost here (its deadline passed, so the server gives it
// to another attempt, in whichever process) blocks its lane: later messages
// wait until it comes again, or until it must be with another process.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/node_hash_map.h"
#include "absl/time/time.h"

namespace walnats::internal {

// What a lane knows of a message. Whoever adds it owns it.
struct LaneEntry {
  std::string key;
  uint64_t sequence = 0;
  int generation = 0;
  absl::Time stream_created = absl::UnixEpoch();
  absl::Time not_before = {};  // when it may start; set by Add
  bool waits = false;          // set by Lanes

  // In the lane: a redrive of a message stands where that stood, and what is of
  // an earlier stream of the name before all of this one.
  using Place = std::tuple<absl::Time, uint64_t, int>;
  Place place() const { return {stream_created, sequence, generation}; }
};

class Lanes {
 public:
  // It waits from now on and may start at `not_before`. Returns the entry that
  // it replaces, an earlier delivery of the same message, which waits no more.
  LaneEntry* Add(LaneEntry& entry, absl::Time not_before);

  // Of those that may start the one that could first; nullptr if there is none.
  LaneEntry* Front(absl::Time now);

  // It waits no more and has its lane for itself until Release.
  void Start(LaneEntry& entry);
  void Release(const std::string& key);

  // It waits no more.
  void Remove(LaneEntry& entry);

  // Nothing behind `lost` starts until it is added again, or `until`.
  void Block(const LaneEntry& lost, absl::Time until);

  // When Front may find one though nothing else happens; InfiniteFuture if
  // never.
  absl::Time next() const;

  // All that wait, in the order of the stream; they wait no more.
  std::vector<LaneEntry*> TakeAll();

  // Those in which something waits, runs or is awaited.
  size_t size() const { return lanes_.size(); }

 private:
  struct Lane {
    std::string key;
    std::map<LaneEntry::Place, LaneEntry*> waiting;
    std::map<LaneEntry::Place, absl::Time> lost;  // until when
    bool running = false;
    absl::Time due = absl::InfiniteFuture();  // its place in due_
    uint64_t due_sequence = 0;
  };
  using Due = std::tuple<absl::Time, uint64_t, Lane*>;

  Lane& LaneOf(const std::string& key);
  // After any change: finds its new place in due_, or its end.
  void Update(Lane& lane);
  static absl::Time DueOf(const Lane& lane);

  absl::node_hash_map<std::string, Lane> lanes_;
  std::set<Due> due_;  // lanes that may have one to start
};

// The right to run in a lane, released with its last owner: a job that holds it
// is settled, or waits again.
class LaneTurn {
 public:
  // `lanes` outlives it.
  LaneTurn(Lanes& lanes, std::string key)
      : lanes_(lanes), key_(std::move(key)) {}
  ~LaneTurn() { lanes_.Release(key_); }
  LaneTurn(const LaneTurn&) = delete;
  LaneTurn& operator=(const LaneTurn&) = delete;

 private:
  Lanes& lanes_;
  const std::string key_;
};

}  // namespace walnats::internal
