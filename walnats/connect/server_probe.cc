#include "walnats/connect/server_probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "walnats/base/strings.h"
#include "walnats/connect/deadline.h"
#include "walnats/connect/unique_fd.h"

namespace walnats::connect {
namespace {

constexpr size_t kErrorLines = 3;

// What stands in `text` between the first `begin` and the next `end`.
std::optional<std::string> Between(const std::string& text,
                                   std::string_view begin,
                                   std::string_view end) {
  const size_t found = text.find(begin);
  if (found == std::string::npos) return std::nullopt;
  const size_t from = found + begin.size();
  const size_t to = text.find(end, from);
  if (to == std::string::npos) return std::nullopt;
  return text.substr(from, to - from);
}

// The file's name starts with that of the program as it was called.
std::string FindPortsFile(const std::string& directory,
                          std::string_view suffix) {
  std::error_code error;
  for (const std::filesystem::directory_entry& entry :
       std::filesystem::directory_iterator(directory, error)) {
    std::string path = entry.path().string();
    if (absl::EndsWith(path, ToAbsl(suffix))) return path;
  }
  return "";
}

std::string ReadLine(int socket, const Deadline& deadline) {
  std::string line;
  char buffer[4096];
  while (line.find('\n') == std::string::npos &&
         AwaitReadable(socket, deadline)) {
    const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
    if (size <= 0) break;
    line.append(buffer, static_cast<size_t>(size));
  }
  return line;
}

}  // namespace

std::optional<uint16_t> ReadPort(const std::string& directory, pid_t pid) {
  std::ifstream file(FindPortsFile(directory, Cat("_", pid, ".ports")));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // {"nats":["nats://127.0.0.1:40723"],"cluster":[...]}
  const std::optional<std::string> url = Between(text, "\"nats\":[\"", "\"");
  if (!url.has_value()) return std::nullopt;
  uint32_t port = 0;
  if (!absl::SimpleAtoi(url->substr(url->rfind(':') + 1), &port)) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(port);
}

void RemovePortsFiles(const std::string& directory) {
  std::string path = FindPortsFile(directory, ".ports");
  std::error_code error;
  while (!path.empty() && std::filesystem::remove(path, error)) {
    path = FindPortsFile(directory, ".ports");
  }
}

std::string ReadInfo(uint16_t port, absl::Duration limit) {
  const UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&address),
                sizeof(address)) != 0) {
    return "";
  }
  const std::string line = ReadLine(client.get(), Deadline(limit));
  return absl::StartsWith(line, "INFO ") ? line : "";
}

std::optional<std::string> ReadVersion(uint16_t port, absl::Duration limit) {
  return Between(ReadInfo(port, limit), "\"version\":\"", "\"");
}

std::string LastErrors(const std::string& log_path) {
  std::ifstream file(log_path);
  std::string first;
  std::deque<std::string> errors;
  for (std::string line; std::getline(file, line);) {
    if (first.empty()) first = line;
    const size_t mark = std::min(line.find("[FTL]"), line.find("[ERR]"));
    if (mark == std::string::npos) continue;
    errors.push_back(line.substr(mark));
    if (errors.size() > kErrorLines) errors.pop_front();
  }
  return errors.empty() ? first : absl::StrJoin(errors, "; ");
}

}  // namespace walnats::connect
