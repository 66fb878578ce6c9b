#include "walnats/services/register_plan.h"

namespace walnats::internal {

using transport::ConsumerConfig;
using transport::StreamConfig;

StreamConfig Merge(const StreamConfig& server, const StreamConfig& declared) {
  StreamConfig merged = declared;
  // Refused if it differs, unless it is kept.
  merged.retention = server.retention;
  merged.allow_direct = server.allow_direct;
  merged.allow_rollup = server.allow_rollup;
  merged.allow_atomic |= server.allow_atomic;
  merged.deny_delete = server.deny_delete;
  merged.deny_purge = server.deny_purge;
  merged.metadata = server.metadata;
  if (!KeepsRetention(server, declared)) {
    for (const auto& [key, value] : declared.metadata) {
      merged.metadata[key] = value;
    }
  }
  merged.raw = server.raw;
  return merged;
}

ConsumerConfig Merge(const ConsumerConfig& server,
                     const ConsumerConfig& declared) {
  ConsumerConfig merged = server;
  merged.description = declared.description;
  merged.filter_subjects = declared.filter_subjects;
  merged.ack_wait = declared.ack_wait;
  merged.max_deliver = declared.max_deliver;
  merged.max_ack_pending = declared.max_ack_pending;
  for (const auto& [key, value] : declared.metadata) {
    merged.metadata[key] = value;
  }
  return merged;
}

}  // namespace walnats::internal
