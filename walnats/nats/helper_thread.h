#pragma once

// One thread per process for what would block an io thread (connecting), and
// the watchdog over io threads that are stuck inside nats.c.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "walnats/nats/watched_socket.h"

namespace walnats::nats {

// Every function may be called from any thread.
class HelperThread {
 public:
  using Work = absl::AnyInvocable<void()>;

  // The process's; its thread runs from the first use to ShutDownLibrary.
  static HelperThread& Get();

  // In the order of the calls, one after the other.
  void Run(Work work);

  // Until Unwatch, shuts `socket` down if its thread is inside one call into
  // nats.c for 2 to 3 seconds (later by the time that Run's work takes).
  void Watch(WatchedSocket& socket);
  void Unwatch(WatchedSocket& socket);

 private:
  friend void ShutDownLibrary();

  struct Seen {
    uint64_t turns = 0;
    int times = 0;  // in a row
  };

  HelperThread() = default;
  ~HelperThread() { Stop(); }
  void EnsureRunning();  // with mutex_ held
  void Loop();
  void CheckWatched();  // with mutex_ held
  void Stop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  std::map<WatchedSocket*, Seen> watched_;
  std::thread thread_;
  bool stopping_ = false;
};

// Ends the helper thread and nats.c's own threads and frees what they hold.
// For owners of main() and of test programs, after the last connection was
// destroyed; every other use of nats.c in the process ends with it. A later
// connection starts both again.
void ShutDownLibrary();

}  // namespace walnats::nats
