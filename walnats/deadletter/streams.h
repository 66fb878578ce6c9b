#pragma once

// The two streams of all services' dead letters, and the consumer by which a
// service takes what was redriven to it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/limits.h"
#include "walnats/task.h"
#include "walnats/transport/config.h"
#include "walnats/transport/transport.h"

namespace walnats {

namespace v1 {
class DeadLetter;
}

namespace internal {

inline constexpr char kDeadStream[] = "walnats-dead";
inline constexpr char kRedriveStream[] = "walnats-redrive";

// How long letters are kept, as DeadLetterOptions of services.h.
struct DeadLimits {
  absl::Duration age = absl::Hours(24 * 30);
  int64_t bytes = kUnlimited;
  int replicas = 1;
};

// The letters and the records of what became of them.
transport::StreamConfig DeadStreamConfig(const DeadLimits& limits);

// The queue of what was redriven and is not done with. Without limits: a
// message in it has a record that says so, and must not vanish.
transport::StreamConfig RedriveStreamConfig(int replicas);

// Of the service's durable on the redrive stream; `ack_wait`: the longest of
// its actors.
transport::ConsumerConfig RedriveConsumerConfig(std::string_view service,
                                                absl::Duration ack_wait);

// walnats-dead.<stream>.<actor>.<sequence>.<generation>
std::string DeadSubject(const v1::DeadLetter& letter);

// Whether both are about the same message: not another one with its number, of
// a stream that was made again.
bool SameOrigin(const v1::DeadLetter& a, const v1::DeadLetter& b);

// Makes the stream if it is missing and `create` allows that. Returns, for
// people, how one that is there differs from `declared`; it is left as it is.
Task<absl::StatusOr<std::vector<std::string>>> EnsureStream(
    transport::Transport& transport, const transport::StreamConfig& declared,
    bool create);

}  // namespace internal
}  // namespace walnats
