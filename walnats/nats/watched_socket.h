#pragma once

// Our dup() of a socket of nats.c, and the mark that says whether its thread
// is inside nats.c right now. Under TLS nats.c can poll such a socket without
// limit; the helper thread sees the mark stand still and shuts the socket
// down, which ends every wait on it.

#include <atomic>
#include <cstdint>
#include <mutex>

namespace walnats::nats {

class WatchedSocket {
 public:
  WatchedSocket() = default;
  ~WatchedSocket();
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;

  // Duplicates `socket`; false if that fails.
  bool Open(int socket);
  int get() const { return socket_; }

  // Both directions, for good. Any thread.
  void ShutDown();

  // Odd while its thread is inside nats.c. Any thread.
  uint64_t turns() const { return turns_.load(std::memory_order_acquire); }

  // Stands around a call into nats.c that does I/O.
  class Turn {
   public:
    explicit Turn(WatchedSocket& socket) : socket_(socket) { socket_.Step(); }
    ~Turn() { socket_.Step(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    WatchedSocket& socket_;
  };

 private:
  // Written by one thread only.
  void Step() {
    turns_.store(turns_.load(std::memory_order_relaxed) + 1,
                 std::memory_order_release);
  }

  std::mutex mutex_;  // ShutDown must not hit a closed and reused number
  int socket_ = -1;
  std::atomic<uint64_t> turns_ = 0;
};

}  // namespace walnats::nats
