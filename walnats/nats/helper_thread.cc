#include "walnats/nats/helper_thread.h"

#include <nats/nats.h>

#include <utility>

#include "absl/time/time.h"
#include "walnats/base/log.h"

namespace walnats::nats {
namespace {

constexpr absl::Duration kCheckEvery = absl::Seconds(1);
constexpr int kStuckChecks = 3;  // the first may come right after the call
constexpr absl::Duration kLibraryLimit = absl::Seconds(3);

}  // namespace

HelperThread& HelperThread::Get() {
  static HelperThread helper;
  return helper;
}

void HelperThread::Run(Work work) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(work));
  EnsureRunning();
  changed_.notify_one();
}

void HelperThread::Watch(WatchedSocket& socket) {
  const std::lock_guard lock(mutex_);
  watched_[&socket];
  EnsureRunning();
  changed_.notify_one();
}

void HelperThread::Unwatch(WatchedSocket& socket) {
  const std::lock_guard lock(mutex_);
  watched_.erase(&socket);
}

void HelperThread::EnsureRunning() {
  if (!thread_.joinable()) thread_ = std::thread([this] { Loop(); });
}

void HelperThread::Loop() {
  std::unique_lock lock(mutex_);
  absl::Duration waited;
  while (!stopping_ || !queue_.empty()) {
    if (!queue_.empty()) {
      Work work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      work();
      work = nullptr;  // what it owns dies without the lock
      lock.lock();
    } else if (watched_.empty()) {
      changed_.wait(lock);
    } else if (changed_.wait_for(lock, absl::ToChronoSeconds(kCheckEvery)) ==
               std::cv_status::timeout) {
      CheckWatched();
    }
  }
}

void HelperThread::CheckWatched() {
  for (auto& [socket, seen] : watched_) {
    const uint64_t turns = socket->turns();
    const bool inside = turns % 2 == 1;
    seen.times = inside && turns == seen.turns ? seen.times + 1 : 0;
    seen.turns = turns;
    if (seen.times + 1 != kStuckChecks) continue;
    Log(LogLevel::kWarning,
        "connection: its thread hangs in nats.c, ending it");
    socket->ShutDown();
  }
}

void HelperThread::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread();
  stopping_ = false;
}

void ShutDownLibrary() {
  HelperThread::Get().Stop();
  nats_ReleaseThreadMemory();
  nats_CloseAndWait(absl::ToInt64Milliseconds(kLibraryLimit));
}

}  // namespace walnats::nats
