#pragma once

// A NATS server of a few lines, for what no real one does on demand: it
// completes the handshake of each connection, waits for the first SUB, says
// its script's text for that connection and, unless it is the last one, cuts
// it off.

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace walnats::nats {

class ScriptedServer {
 public:
  // "{inbox}" in a text stands for the SUB's subject without its '*'.
  explicit ScriptedServer(std::vector<std::string> texts);
  ~ScriptedServer();

  std::string url() const;

 private:
  void Serve();
  void Talk(int socket, std::string text, bool last);

  const std::vector<std::string> texts_;
  uint16_t port_ = 0;  // before listener_, which sets it
  const int listener_;
  std::thread thread_;
};

// No NATS server: says `greeting` to whoever comes
// first ("": the kernel accepts and nobody ever answers).
class RudeServer {
 public:
  explicit RudeServer(std::string greeting);
  ~RudeServer();
  std::string url() const;

 private:
  uint16_t port_ = 0;  // before listener_, which sets it
  const int listener_;
  std::thread thread_;
};

}  // namespace walnats::nats
