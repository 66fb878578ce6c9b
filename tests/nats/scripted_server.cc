#include "scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

int Listen(uint16_t& port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(socket, 16);
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

void Say(int socket, const std::string& text) {
  [[maybe_unused]] const ssize_t sent =
      ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

// Reads until `text` was read, and returns all; short if the client left.
std::string ReadTo(int socket, std::string& read, const std::string& text) {
  for (char buffer[4096]; read.find(text) == std::string::npos;) {
    const ssize_t size = ::recv(socket, buffer, sizeof(buffer), 0);
    if (size <= 0) break;
    read.append(buffer, size);
  }
  return read;
}

}  // namespace

ScriptedServer::ScriptedServer(std::vector<std::string> texts)
    : texts_(std::move(texts)), listener_(Listen(port_)) {
  thread_ = std::thread([this] { Serve(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string ScriptedServer::url() const {
  return Cat("nats://127.0.0.1:", port_);
}

void ScriptedServer::Serve() {
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    Talk(socket, texts_[i], i + 1 == texts_.size());
    ::close(socket);
  }
}

void ScriptedServer::Talk(int socket, std::string text, bool last) {
  Say(socket,
      "INFO {\"server_id\":\"S\",\"version\":\"2.9.10\",\"headers\":true,"
      "\"max_payload\":1048576}\r\n");
  std::string read;
  ReadTo(socket, read, "PING\r\n");
  Say(socket, "PONG\r\n");
  ReadTo(socket, read, "*");
  const std::size_t begin = read.find("SUB ") + 4;
  const std::string inbox = read.substr(begin, read.find('*') - begin);
  if (const std::size_t at = text.find("{inbox}"); at != std::string::npos) {
    text.replace(at, 7, inbox);
  }
  Say(socket, text);
  if (last) ReadTo(socket, read, "never said");
}

RudeServer::RudeServer(std::string greeting) : listener_(Listen(port_)) {
  if (greeting.empty()) return;
  thread_ = std::thread([this, greeting = std::move(greeting)] {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    std::string read;
    Say(socket, greeting);
    ReadTo(socket, read, "never said");
    ::close(socket);
  });
}

RudeServer::~RudeServer() {
  ::shutdown(listener_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  ::close(listener_);
}

std::string RudeServer::url() const { return Cat("nats://127.0.0.1:", port_); }

}  // namespace walnats::nats
