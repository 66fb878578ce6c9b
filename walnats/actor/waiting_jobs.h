#pragma once

// The jobs of a runner that were received and do not run: as they came, or, for
// an actor with an order per key, in lanes. Whoever takes one owns it.

#include <optional>
#include <vector>

#include "walnats/actor/job.h"
#include "walnats/actor/lanes.h"
#include "walnats/base/intrusive_list.h"

namespace walnats::internal {

class WaitingJobs {
 public:
  explicit WaitingJobs(bool keyed) {
    if (keyed) lanes_.emplace();
  }

  // Returns the job that it replaces, an earlier delivery of the same message;
  // nullptr mostly.
  Job* Add(Job& job, absl::Time not_before) {
    if (lanes_) return ToJob(lanes_->Add(job, not_before));
    list_.PushBack(job);
    job.waits = true;
    return nullptr;
  }

  // The first that may start now; it stays.
  Job* Front(absl::Time now) {
    return lanes_ ? ToJob(lanes_->Front(now)) : list_.front();
  }

  void Remove(Job& job) {
    if (lanes_) return lanes_->Remove(job);
    list_.Remove(job);
    job.waits = false;
  }

  // Removes it too. Its lane is its own until all copies of its turn are gone.
  void Start(Job& job) {
    if (!lanes_) return Remove(job);
    lanes_->Start(job);
    job.turn = std::make_shared<const LaneTurn>(*lanes_, job.key);
  }

  // Later ones of its key wait for it to come again, or until `until`.
  void Block(const Job& lost, absl::Time until) {
    if (lanes_) lanes_->Block(lost, until);
  }

  // When Front finds one that it does not find now.
  absl::Time next() const {
    return lanes_ ? lanes_->next() : absl::InfiniteFuture();
  }

  // Removes all, in their order.
  std::vector<Job*> TakeAll() {
    std::vector<Job*> all;
    if (lanes_) {
      for (LaneEntry* entry : lanes_->TakeAll()) all.push_back(ToJob(entry));
    }
    while (Job* job = list_.front()) {
      Remove(*job);
      all.push_back(job);
    }
    return all;
  }

 private:
  static Job* ToJob(LaneEntry* entry) { return static_cast<Job*>(entry); }

  IntrusiveList<Job, &Job::wait_hook> list_;
  std::optional<Lanes> lanes_;
};

}  // namespace walnats::internal
