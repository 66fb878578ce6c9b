#pragma once

// The protocol of NATS by hand on a blocking socket: the least that a client
// can do, and what prepares and asks the server for all measurements.
//
//   absl::StatusOr<Hand> hand = Hand::Connect(setting.url);
//   hand->Write("SUB _INBOX.a.* 1\r\n");
//   while (...) {
//     if (absl::Status read = hand->Read(); !read.ok()) return read;
//     while (std::optional<HandMessage> message = hand->Next()) ...
//   }

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "walnats/connect/unique_fd.h"

namespace walnats::benchmarks {

// Views that end with the next Read.
struct HandMessage {
  std::string_view subject;
  std::string_view reply;  // empty: none
  std::string_view headers;
  std::string_view body;
};

class Hand {
 public:
  // `url`: "nats://127.0.0.1:4222".
  static absl::StatusOr<Hand> Connect(std::string_view url);

  // All of it, at once.
  absl::Status Write(std::string_view bytes);

  // Waits for more, at most 10 s. Answers pings by itself.
  absl::Status Read();
  // The next message that has come completely.
  std::optional<HandMessage> Next();

  // Publishes and waits for the answer.
  absl::StatusOr<std::string> Request(std::string_view subject,
                                      std::string_view body = {});

 private:
  explicit Hand(connect::UniqueFd fd) : fd_(std::move(fd)) {}
  std::optional<HandMessage> Message(std::string_view line, bool headers);

  connect::UniqueFd fd_;
  std::string buffer_;
  size_t filled_ = 0;  // of buffer_
  size_t parsed_ = 0;  // of what is filled
  bool subscribed_ = false;
  int pongs_due_ = 0;
};

// Appends "PUB subject reply size\r\nbody\r\n".
void AppendPub(std::string& out, std::string_view subject,
               std::string_view reply, std::string_view body);

}  // namespace walnats::benchmarks
