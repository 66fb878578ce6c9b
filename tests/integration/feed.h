#pragma once

// Services that the test's own process runs, on a thread of theirs.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "walnats/services.h"

namespace walnats::testing {

// Runs what was added to `services` from Begin to End.
class RunningServices {
 public:
  ~RunningServices() { End().IgnoreError(); }

  void Begin(const std::string& url);
  // Drains. What Run returned.
  absl::Status End();

  Services services;

 private:
  std::unique_ptr<transport::Connector> connector_;
  std::thread thread_;
  absl::Status result_;
};

// Emits the numbers from 0 to `count` - 1 as kWork, several at a time.
class Feed {
 public:
  explicit Feed(uint64_t count);

  void Begin(const std::string& url) { running_.Begin(url); }
  absl::Status End() { return running_.End(); }
  walnats::Health Health() const { return running_.services.Health(); }

  // How many emits have returned, and how many of them an error.
  uint64_t ended() const { return ended_; }
  uint64_t failed() const { return failed_; }
  absl::Status first_error() const;

 private:
  // The numbers first, first + stride, ...
  Task<absl::Status> Run(Client client, uint64_t first);
  void Record(const absl::Status& status);

  const uint64_t count_;
  std::atomic<uint64_t> ended_{0};
  std::atomic<uint64_t> failed_{0};
  mutable std::mutex mutex_;
  absl::Status first_error_;  // guarded
  RunningServices running_;   // the last: its thread uses the others
};

}  // namespace walnats::testing
