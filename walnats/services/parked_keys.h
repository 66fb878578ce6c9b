#pragma once

// The parked keys of one actor, in the bucket "walnats-parked": a record for
// each, read before the actor starts and followed from then on, so that all
// processes know them, also after a restart. A person who deletes a record
// frees its key; its letters can still be redriven.

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/actor/actor_runner.h"
#include "walnats/actor/parking.h"
#include "walnats/client.h"
#include "walnats/kv.h"
#include "walnats/services/bucket_follower.h"

namespace walnats::internal {

class ParkedKeys final : public Parking {
 public:
  // All outlive it. Closes the runner's Gate::kParking until the records were
  // read. `created`: of the stream.
  ParkedKeys(ActorRunner& runner, absl::Time created, Client client,
             TimerQueue& clock, const BucketOptions& bucket,
             absl::Duration interval);

  void Begin() { follower_.Begin(); }
  void Stop() { follower_.Stop(); }
  bool idle() const { return follower_.idle(); }

  ParkedVerdict Judge(std::string_view key, uint64_t sequence,
                      int generation) const override;
  Task<absl::Status> Park(std::string key, uint64_t sequence,
                          int generation) override;
  Task<absl::Status> Free(std::string key, uint64_t sequence) override;

 private:
  struct Known {
    uint64_t revision = 0;
    ParkedList list;
  };
  std::string RecordOf(std::string_view key) const;
  ParkedList ListIn(const KvEntry& entry) const;
  // Reads the record, changes it, and writes it unless another was faster.
  // Nothing is written if `change` returns false.
  Task<absl::Status> Change(std::string key,
                            std::function<bool(ParkedList&)> change);
  Task<absl::StatusOr<uint64_t>> Write(const std::string& key,
                                       const ParkedList& list,
                                       uint64_t revision);
  void Learn(const std::string& record, uint64_t revision, ParkedList list);
  void OnLoaded(const absl::Status& status);

  ActorRunner& runner_;
  const absl::Time created_;
  const std::string prefix_;  // of its records
  const Bucket bucket_;
  std::map<std::string, Known, std::less<>> known_;  // by record
  BucketFollower follower_;
};

}  // namespace walnats::internal
