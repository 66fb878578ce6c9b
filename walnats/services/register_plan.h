#pragma once

// What Register has to do, decided without I/O: declarations become neutral
// configurations, and a configuration is compared with what the server has.

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/actor.h"
#include "walnats/event.h"
#include "walnats/transport/config.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// kFailedPrecondition if the server lacks what the limits ask for.
absl::StatusOr<transport::StreamConfig> StreamConfigOf(
    const EventInfo& event, const transport::Features& features,
    bool single_server);

transport::ConsumerConfig ConsumerConfigOf(const Actor& actor,
                                           std::string_view service,
                                           const transport::Features& features);

// `declared`, but beginning where `made` began: it can take the place of `made`
// and misses nothing that was stored since.
transport::ConsumerConfig SuccessorOf(const transport::ConsumerInfo& made,
                                      transport::ConsumerConfig declared);

// A field whose value at the server differs from the declared one.
struct Difference {
  std::string field;
  std::string old_value;
  std::string new_value;
  // Whether the server can change it. What is kKept only mattered when the
  // thing was made, and may stay as it is.
  enum class Kind { kChangeable, kFixed, kKept };
  Kind kind = Kind::kChangeable;
};

// "max_age: 1h -> 2h, max_msgs: ..."
std::string Describe(const std::vector<Difference>& differences);

// Only fields that declarations decide are compared. The interest retention of
// a stream that we have not made, as Python's walnats does, is kKept, and so is
// the start of a consumer. Without metadata (2.9) any stream may be Python's.
std::vector<Difference> Compare(const transport::StreamConfig& server,
                                const transport::StreamConfig& declared);
std::vector<Difference> Compare(const transport::ConsumerConfig& server,
                                const transport::ConsumerConfig& declared);

// The retention of a stream that another framework has made for its own.
bool KeepsRetention(const transport::StreamConfig& server,
                    const transport::StreamConfig& declared);

// The server's configuration with the declared fields in place of its own.
transport::StreamConfig Merge(const transport::StreamConfig& server,
                              const transport::StreamConfig& declared);
transport::ConsumerConfig Merge(const transport::ConsumerConfig& server,
                                const transport::ConsumerConfig& declared);

// Splits off what stays as it is; `differences` keeps the others.
std::vector<Difference> TakeKept(std::vector<Difference>& differences);

}  // namespace walnats::internal
