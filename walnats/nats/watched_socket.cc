#include "walnats/nats/watched_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace walnats::nats {

WatchedSocket::~WatchedSocket() {
  const std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

bool WatchedSocket::Open(int socket) {
  const std::lock_guard lock(mutex_);
  socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  return socket_ >= 0;
}

void WatchedSocket::ShutDown() {
  const std::lock_guard lock(mutex_);
  if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace walnats::nats
