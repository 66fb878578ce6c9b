#pragma once

// The JetStream API's JSON, all of it in one place: requests built for the
// features of the server at hand (from 2.12 unknown fields are errors), answers
// read into the neutral structs. Pure functions.
//
// Source: nats-server (server/jetstream_api.go, stream.go, consumer.go) and
// ADR-1, ADR-2, ADR-13, ADR-33, ADR-44.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "walnats/transport/config.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

// ---- requests. Configs keep the unknown fields of their `raw`, and the
// server's own metadata (`_nats.*`). A field that the server lacks (`features`)
// is left out: compare the config that it echoes, which reads as the struct
// that was sent. Several filter subjects need `features.filter_subjects`.
std::string StreamRequest(const transport::StreamConfig& config,
                          const transport::Features& features);
enum class ConsumerAction { kCreateOrUpdate, kCreate, kUpdate };
std::string ConsumerRequest(const std::string& stream,
                            const transport::ConsumerConfig& config,
                            ConsumerAction action,
                            const transport::Features& features);
std::string PullRequest(int batch, absl::Duration expires,
                        absl::Duration heartbeat, int64_t max_bytes);
std::string PurgeRequest(const transport::PurgeOptions& options);
std::string GetMessageRequest(const transport::GetOptions& options);
std::string GetManyRequest(const transport::GetManyOptions& options);  // 2.11
std::string EraseMessageRequest(uint64_t sequence);
std::string OffsetRequest(uint64_t offset);   // one page of a list
std::string PauseRequest(absl::Time until);   // 2.11
std::string ResetRequest(uint64_t sequence);  // 2.14

// "$JS.API.CONSUMER.CREATE.<stream>.<name>[.<filter>]", the filter if there is
// exactly one.
std::string ConsumerCreateSubject(const std::string& stream,
                                  const transport::ConsumerConfig& config);

// ---- answers. A server's refusal becomes a Status with its ServerCode; the
// callers put act and object in front. Bytes that are no such answer are
// kInternal.
absl::StatusOr<transport::StreamInfo> ParseStreamInfo(std::string_view json);
absl::StatusOr<transport::ConsumerInfo> ParseConsumerInfo(
    std::string_view json);
absl::StatusOr<transport::PubAck> ParsePubAck(std::string_view json);
absl::StatusOr<transport::StoredMessage> ParseStoredMessage(
    std::string_view json);
absl::StatusOr<uint64_t> ParsePurged(std::string_view json);
absl::Status ParseSuccess(std::string_view json);
absl::Status ParseAccepted(std::string_view json);  // any but a refusal

template <class T>
struct Page {
  std::vector<T> items;
  uint64_t total = 0;
};
absl::StatusOr<Page<transport::StreamInfo>> ParseStreamPage(
    std::string_view json);
absl::StatusOr<Page<transport::ConsumerInfo>> ParseConsumerPage(
    std::string_view json);

// $JS.API.INFO: what the account may do. Features by `reserved_memory` (2.10)
// and `api.level`; `server_version` decides only what no field tells
// (a TERM reason, 2.10.4).
absl::StatusOr<transport::Features> ParseAccountInfo(
    std::string_view json, std::string_view server_version);

}  // namespace walnats::nats
