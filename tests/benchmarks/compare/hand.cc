#include "tests/benchmarks/compare/hand.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "walnats/base/strings.h"

namespace walnats::benchmarks {
namespace {

constexpr size_t kReadBytes = 256 << 10;
constexpr std::string_view kInbox = "_INBOX.hand";

absl::Status SocketError(std::string_view act) {
  return Error(absl::StatusCode::kUnavailable, act, ": ", std::strerror(errno));
}

size_t ToNumber(std::string_view text) {
  size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

absl::StatusOr<Hand> Hand::Connect(std::string_view url) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port =
      htons(static_cast<uint16_t>(ToNumber(url.substr(url.rfind(':') + 1))));
  connect::UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                sizeof(address)) != 0) {
    return SocketError("connect by hand");
  }
  const int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const timeval limit = {.tv_sec = 10, .tv_usec = 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  Hand hand(std::move(fd));
  absl::Status status = hand.Write(
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,"
      "\"no_responders\":true,\"lang\":\"hand\",\"version\":\"1\"}\r\n");
  if (!status.ok()) return status;
  return hand;
}

absl::Status Hand::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return SocketError("write by hand");
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return absl::OkStatus();
}

absl::Status Hand::Read() {
  while (pongs_due_ > 0) {
    --pongs_due_;
    if (absl::Status sent = Write("PONG\r\n"); !sent.ok()) return sent;
  }
  filled_ -= parsed_;
  std::memmove(buffer_.data(), buffer_.data() + parsed_, filled_);
  parsed_ = 0;
  if (buffer_.size() < filled_ + kReadBytes) {
    buffer_.resize(filled_ + kReadBytes);
  }
  const ssize_t got = recv(fd_.get(), buffer_.data() + filled_, kReadBytes, 0);
  if (got == 0) return absl::UnavailableError("read by hand: closed");
  if (got < 0 && errno != EINTR) return SocketError("read by hand");
  if (got > 0) filled_ += static_cast<size_t>(got);
  return absl::OkStatus();
}

std::optional<HandMessage> Hand::Next() {
  for (;;) {
    const std::string_view rest(buffer_.data() + parsed_, filled_ - parsed_);
    const size_t end = rest.find("\r\n");
    if (end == rest.npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    if (line.starts_with("MSG ") || line.starts_with("HMSG ")) {
      return Message(line, line.front() == 'H');
    }
    if (line == "PING") ++pongs_due_;
    parsed_ += end + 2;
  }
}

// [H]MSG <subject> <sid> [reply] [bytes of headers] <bytes>
std::optional<HandMessage> Hand::Message(std::string_view line, bool headers) {
  std::array<std::string_view, 6> words;
  size_t count = 0;
  for (std::string_view rest = line; !rest.empty() && count < words.size();) {
    const size_t blank = std::min(rest.find(' '), rest.size());
    words[count++] = rest.substr(0, blank);
    rest.remove_prefix(std::min(blank + 1, rest.size()));
  }
  const size_t size = ToNumber(words[count - 1]);
  const size_t begin = parsed_ + line.size() + 2;
  if (begin + size + 2 > filled_) return std::nullopt;
  parsed_ = begin + size + 2;
  HandMessage message;
  message.subject = words[1];
  if (count == (headers ? 6U : 5U)) message.reply = words[3];
  message.body = std::string_view(buffer_).substr(begin, size);
  if (headers) {
    const size_t header_size = ToNumber(words[count - 2]);
    message.headers = message.body.substr(0, header_size);
    message.body.remove_prefix(header_size);
  }
  return message;
}

absl::StatusOr<std::string> Hand::Request(std::string_view subject,
                                          std::string_view body) {
  std::string out;
  if (!std::exchange(subscribed_, true)) {
    out = Cat("SUB ", kInbox, " 9\r\n");
  }
  AppendPub(out, subject, kInbox, body);
  if (absl::Status sent = Write(out); !sent.ok()) return sent;
  for (;;) {
    while (const std::optional<HandMessage> message = Next()) {
      if (message->subject != kInbox) continue;
      if (!message->headers.empty()) {
        return Error(absl::StatusCode::kUnavailable, "request ", subject, ": ",
                     message->headers);
      }
      return std::string(message->body);
    }
    if (absl::Status read = Read(); !read.ok()) return read;
  }
}

void AppendPub(std::string& out, std::string_view subject,
               std::string_view reply, std::string_view body) {
  std::array<char, 20> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), body.size());
  out.append("PUB ").append(subject).append(" ");
  if (!reply.empty()) out.append(reply).append(" ");
  out.append(digits.data(), end.ptr).append("\r\n").append(body).append("\r\n");
}

}  // namespace walnats::benchmarks
