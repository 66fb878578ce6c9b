#pragma once

// A TCP proxy before a server, for what a network does to a connection:
//
//   Proxy proxy(server.port());
//   ... connects to proxy.url() ...
//   proxy.Set(Proxy::Mode::kSilent);  // half-open: open, and nothing passes
//   proxy.Set(Proxy::Mode::kForward);

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace walnats::testing {

class Proxy {
 public:
  enum class Mode {
    kForward,
    kSilent,  // keeps what is open, accepts nobody
    kCut,     // closes what is open, and whoever comes
  };

  explicit Proxy(uint16_t port);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::string url() const;

  // In force within about 10 ms. What was open while silent is closed when
  // forwarding begins anew.
  void Set(Mode mode) { mode_ = mode; }

 private:
  struct Link {
    int client;
    int server;
  };
  void Run();
  void Accept();
  void Move(Mode mode);
  void CloseAll();

  const uint16_t target_;
  uint16_t port_ = 0;  // before listener_, which sets it
  const int listener_;
  std::atomic<Mode> mode_{Mode::kForward};
  std::atomic<bool> stopped_{false};
  std::vector<Link> links_;
  std::thread thread_;
};

}  // namespace walnats::testing
