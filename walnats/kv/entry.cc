#include "walnats/kv/entry.h"

#include <algorithm>
#include <utility>

#include "walnats/kv/names.h"

namespace walnats::internal {

std::optional<std::string_view> FindHeader(
    const transport::StoredMessage& message, std::string_view name) {
  const auto found =
      std::ranges::find(message.headers, name, &transport::StoredHeader::name);
  if (found == message.headers.end()) return std::nullopt;
  return found->value;
}

KvOperation OperationOf(const transport::StoredMessage& message) {
  if (const auto operation = FindHeader(message, kOperationHeader)) {
    if (*operation == kDelete) return KvOperation::kDelete;
    if (*operation == kPurge) return KvOperation::kPurge;
    return KvOperation::kPut;
  }
  const auto reason = FindHeader(message, kMarkerReasonHeader);
  if (!reason) return KvOperation::kPut;
  return *reason == "Remove" ? KvOperation::kDelete : KvOperation::kPurge;
}

KvEntry EntryOf(std::string_view bucket, transport::StoredMessage message) {
  KvEntry entry;
  entry.bucket = bucket;
  entry.key = KeyOfSubject(bucket, message.subject);
  entry.revision = message.sequence;
  entry.created = message.time;
  entry.operation = OperationOf(message);
  entry.value = std::move(message.body);
  return entry;
}

}  // namespace walnats::internal
