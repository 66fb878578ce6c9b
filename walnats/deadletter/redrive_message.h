#pragma once

// A dead letter as the message that goes back to its actor.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "walnats/actor/origin.h"
#include "walnats/transport/publish.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {

// The original bytes and headers, less what belonged to its first way (the
// server's headers, its delay), plus its origin. Under a subject of its own, so
// that it stands in the queue once.
class RedriveMessage {
 public:
  // The letter has its body; it outlives this. `number`: its sequence in
  // "walnats-dead".
  RedriveMessage(const v1::DeadLetter& letter, uint64_t number);
  RedriveMessage(const RedriveMessage&) = delete;
  RedriveMessage& operator=(const RedriveMessage&) = delete;

  // Views into this.
  transport::Outgoing message() const;
  transport::Expect expect() const;

  // For people, why it cannot be sent to a server that takes `max_payload`
  // bytes.
  absl::Status Check(int64_t max_payload) const;

 private:
  const v1::DeadLetter& letter_;
  const std::string subject_;
  const std::string id_;
  const OriginHeaders origin_;
  std::vector<Header> headers_;
};

// A redriven message's subject, by its tokens; all empty if it is none.
struct RedriveRoute {
  std::string_view service;  // views into the subject
  std::string_view actor;    //
  std::string_view stream;   //
};
RedriveRoute RouteOf(std::string_view subject);

}  // namespace walnats::internal
