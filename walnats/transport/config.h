#pragma once

// Streams and consumers as JetStream knows them, in neutral structs. Names
// and meanings: github.com/nats-io/nats-server, StreamConfig and
// ConsumerConfig; durations and times in absl's types, unlimited is nullopt.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "walnats/limits.h"

namespace walnats::transport {

struct StreamConfig {
  std::string name = {};
  std::string description = {};
  std::vector<std::string> subjects = {};
  Retention retention = Retention::kLimits;
  Storage storage = Storage::kFile;
  Discard discard = Discard::kOld;
  std::optional<absl::Duration> max_age = {};
  std::optional<int64_t> max_messages = {};
  std::optional<int64_t> max_bytes = {};
  std::optional<int64_t> max_message_size = {};
  std::optional<int64_t> max_consumers = {};
  std::optional<int64_t> max_messages_per_subject = {};
  absl::Duration duplicate_window = absl::Minutes(2);
  int replicas = 1;
  std::vector<std::string> placement_tags = {};
  bool compressed = false;                           // S2; 2.10
  std::map<std::string, std::string> metadata = {};  // 2.10
  bool allow_direct = false;
  bool allow_rollup = false;
  bool deny_delete = false;
  bool deny_purge = false;
  bool allow_atomic = false;       // PublishBatch; 2.12
  bool allow_message_ttl = false;  // Nats-TTL; 2.11, never taken back
  // What the last message of a subject leaves behind when its time is over:
  // a marker, for so long; 2.11.
  std::optional<absl::Duration> subject_delete_marker_ttl = {};

  // The configuration as the server wrote it (JSON), with fields that this
  // struct does not know; empty for one that we made. Update starts from it
  // and replaces only the fields above.
  std::string raw = {};
};

struct StreamInfo {
  StreamConfig config;
  absl::Time created;  // together with the name: the incarnation
  uint64_t messages = 0;
  uint64_t bytes = 0;
  uint64_t first_sequence = 0;
  uint64_t last_sequence = 0;
  int64_t consumers = 0;
};

enum class AckPolicy { kExplicit, kAll, kNone };

// Where a new consumer begins.
enum class DeliverPolicy {
  kAll,
  kNew,
  kLast,
  kLastPerSubject,
  kBySequence,
  kByTime,
};

struct ConsumerConfig {
  std::string name = {};
  bool durable = true;  // else the server deletes it after inactive_threshold
  std::string description = {};
  std::vector<std::string> filter_subjects = {};  // explicit, at least one
  DeliverPolicy deliver = DeliverPolicy::kAll;
  uint64_t start_sequence = 0;  // kBySequence
  absl::Time start_time = {};   // kByTime
  AckPolicy ack = AckPolicy::kExplicit;
  absl::Duration ack_wait = absl::Seconds(30);
  int64_t max_deliver = -1;  // always -1 for actors: the client counts
  int64_t max_ack_pending = 10'000;
  std::optional<absl::Duration> inactive_threshold = {};
  std::map<std::string, std::string> metadata = {};  // 2.10
  int replicas = 0;                                  // 0: as the stream
  bool memory_storage = false;
  bool headers_only = false;
  // What pulls may ask for. Servers fill in max_waiting with 512.
  std::optional<int64_t> max_waiting = {};  // that wait at a time
  std::optional<int64_t> max_batch = {};
  std::optional<int64_t> max_bytes = {};
  std::optional<absl::Duration> max_expires = {};
  std::string raw = {};  // as in StreamConfig
};

struct ConsumerInfo {
  std::string stream = {};
  ConsumerConfig config;
  absl::Time created;
  uint64_t delivered_stream_sequence = 0;
  uint64_t delivered_consumer_sequence = 0;  // deliveries so far
  uint64_t ack_floor_stream_sequence = 0;
  int64_t ack_pending = 0;
  int64_t redelivered = 0;
  int64_t waiting = 0;  // pull requests
  uint64_t pending = 0;
  bool paused = false;
  absl::Time paused_until = absl::InfiniteFuture();  // of a paused one
};

}  // namespace walnats::transport
