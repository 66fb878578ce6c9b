#include "tests/integration/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "walnats/base/strings.h"

namespace walnats::testing {
namespace {

constexpr int kTickMs = 10;

sockaddr_in Local(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int Listen(uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Local(0);
  socklen_t size = sizeof(address);
  ::bind(listener, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener, 16);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

// One read's worth; false at the end of either side.
bool Pass(int from, int to) {
  char buffer[64 << 10];
  const ssize_t size = ::recv(from, buffer, sizeof(buffer), 0);
  if (size <= 0) return false;
  for (ssize_t sent = 0; sent < size;) {
    const ssize_t more = ::send(to, buffer + sent, size - sent, MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return true;
}

}  // namespace

Proxy::Proxy(uint16_t port) : target_(port), listener_(Listen(port_)) {
  thread_ = std::thread([this] { Run(); });
}

Proxy::~Proxy() {
  stopped_ = true;
  thread_.join();
  CloseAll();
  ::close(listener_);
}

std::string Proxy::url() const { return Cat("nats://127.0.0.1:", port_); }

void Proxy::Run() {
  Mode before = Mode::kForward;
  while (!stopped_) {
    const Mode mode = mode_;
    if (mode != std::exchange(before, mode) && mode != Mode::kSilent) {
      CloseAll();
    }
    if (mode == Mode::kSilent) {
      ::poll(nullptr, 0, kTickMs);
    } else {
      Move(mode);
    }
  }
}

void Proxy::Move(Mode mode) {
  std::vector<pollfd> waits = {{listener_, POLLIN, 0}};
  for (const Link& link : links_) {
    waits.push_back({link.client, POLLIN, 0});
    waits.push_back({link.server, POLLIN, 0});
  }
  if (::poll(waits.data(), waits.size(), kTickMs) <= 0) return;
  for (size_t i = links_.size(); i-- > 0;) {
    const auto [client, server] = links_[i];
    const bool open = (waits[1 + 2 * i].revents == 0 || Pass(client, server)) &&
                      (waits[2 + 2 * i].revents == 0 || Pass(server, client));
    if (open) continue;
    ::close(client);
    ::close(server);
    links_.erase(links_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  if (waits[0].revents == 0) return;
  Accept();
  if (mode == Mode::kCut) CloseAll();
}

void Proxy::Accept() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Local(target_);
  ::connect(server, reinterpret_cast<const sockaddr*>(&address),
            sizeof(address));
  links_.push_back({client, server});
}

void Proxy::CloseAll() {
  for (const Link& link : std::exchange(links_, {})) {
    ::close(link.client);
    ::close(link.server);
  }
}

}  // namespace walnats::testing
