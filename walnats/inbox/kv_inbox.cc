#include <utility>

#include "absl/strings/ascii.h"
#include "walnats/inbox.h"

namespace walnats {
namespace {

BucketOptions OptionsOf(const KvInboxOptions& options) {
  BucketOptions bucket;
  bucket.description = "What actors have completed";
  bucket.ttl = options.age;
  bucket.storage = options.storage;
  bucket.replicas = options.replicas;
  return bucket;
}

// What a bucket's key cannot hold is written as "=XX", and "=" is too.
std::string KeyOf(std::string_view key) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    const bool dot =
        c == '.' && i > 0 && i + 1 < key.size() && key[i - 1] != '.';
    if (absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '/' || dot) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'=', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

Task<absl::StatusOr<std::optional<std::string>>> ValueOf(
    Task<absl::StatusOr<KvEntry>> get) {
  absl::StatusOr<KvEntry> entry = co_await std::move(get);
  if (entry.ok()) co_return std::move(entry->value);
  if (absl::IsNotFound(entry.status())) co_return std::nullopt;
  co_return entry.status();
}

Task<absl::Status> StatusOf(Task<absl::StatusOr<uint64_t>> create) {
  co_return (co_await std::move(create)).status();
}

}  // namespace

KvInbox::KvInbox(Client client, std::string_view bucket, KvInboxOptions options)
    : bucket_(std::move(client), bucket, OptionsOf(options)) {}

Task<absl::StatusOr<std::optional<std::string>>> KvInbox::Find(
    std::string key) {
  return ValueOf(bucket_.Get(KeyOf(key)));
}

Task<absl::Status> KvInbox::Keep(std::string key, std::string value) {
  return StatusOf(bucket_.Create(KeyOf(key), value));
}

}  // namespace walnats
