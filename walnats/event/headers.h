#pragma once

// Names of the message headers, and how their values are written.
// Nats-*: the server's (docs.nats.io/nats-concepts/jetstream/headers).
// Walnats-*: shared with the Python framework; their form never changes.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace walnats {

// A header of a message: views, owned by whoever made it.
struct Header {
  std::string_view name;
  std::string_view value;
};

inline constexpr char kMessageIdHeader[] = "Nats-Msg-Id";
inline constexpr char kExpectedStreamHeader[] = "Nats-Expected-Stream";
inline constexpr char kExpectedLastSequenceHeader[] =
    "Nats-Expected-Last-Sequence";
inline constexpr char kExpectedLastSubjectSequenceHeader[] =
    "Nats-Expected-Last-Subject-Sequence";
inline constexpr char kExpectedLastSubjectSequenceSubjectHeader[] =
    "Nats-Expected-Last-Subject-Sequence-Subject";
inline constexpr char kExpectedLastMessageIdHeader[] =
    "Nats-Expected-Last-Msg-Id";
inline constexpr char kBatchIdHeader[] = "Nats-Batch-Id";
inline constexpr char kBatchSequenceHeader[] = "Nats-Batch-Sequence";
inline constexpr char kBatchCommitHeader[] = "Nats-Batch-Commit";
inline constexpr char kTraceHeader[] = "Walnats-Trace";
inline constexpr char kReplyHeader[] = "Walnats-Reply";
inline constexpr char kDelayHeader[] = "Walnats-Delay";

// Walnats-Delay: Unix seconds, UTC, as a decimal float: "1700000000.25".
std::string EncodeDelay(absl::Time due);
// nullopt for what is no finite number, or none within 285,000 years of 1970.
// Accepts what Python writes.
std::optional<absl::Time> DecodeDelay(std::string_view value);

// FailedPrecondition if the name is no RFC 9110 token, or the value is empty or
// holds CR, LF or NUL. nats.c would send them; as a reader it takes the header
// behind an empty value for the value.
absl::Status CheckHeader(const Header& header);
// The first that is refused.
absl::Status CheckHeaders(std::span<const Header> headers);

}  // namespace walnats
