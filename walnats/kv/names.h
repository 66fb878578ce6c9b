#pragma once

// What a bucket's things are called in JetStream, by ADR-8
// (github.com/nats-io/nats-architecture-and-design).

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace walnats::internal {

inline constexpr char kOperationHeader[] = "KV-Operation";
inline constexpr char kDelete[] = "DEL";
inline constexpr char kPurge[] = "PURGE";
inline constexpr char kRollupHeader[] = "Nats-Rollup";
inline constexpr char kRollupSubject[] = "sub";
inline constexpr char kTtlHeader[] = "Nats-TTL";
// Why the server itself has put a marker in a value's place: ADR-43.
inline constexpr char kMarkerReasonHeader[] = "Nats-Marker-Reason";

std::string BucketStream(std::string_view bucket);
// `key` may be a filter.
std::string KeySubject(std::string_view bucket, std::string_view key);
std::string_view KeyOfSubject(std::string_view bucket,
                              std::string_view subject);

// kInvalidArgument for what cannot be one.
absl::Status CheckBucketName(std::string_view name);
absl::Status CheckKey(std::string_view key);
absl::Status CheckKeyFilter(std::string_view filter);

}  // namespace walnats::internal
