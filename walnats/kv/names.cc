#include "walnats/kv/names.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

constexpr std::string_view kPrefix = "$KV.";

bool AreAll(std::string_view text, std::string_view besides) {
  return !text.empty() && std::ranges::all_of(text, [besides](char c) {
    return absl::ascii_isalnum(c) || besides.find(c) != besides.npos;
  });
}

bool HasEmptyToken(std::string_view subject) {
  return subject.starts_with('.') || subject.ends_with('.') ||
         subject.find("..") != subject.npos;
}

absl::Status Invalid(std::string_view what, std::string_view name,
                     std::string_view rule) {
  return Error(absl::StatusCode::kInvalidArgument, what, " ", Quoted(name),
               ": ", rule);
}

}  // namespace

std::string BucketStream(std::string_view bucket) { return Cat("KV_", bucket); }

std::string KeySubject(std::string_view bucket, std::string_view key) {
  return Cat(kPrefix, bucket, ".", key);
}

std::string_view KeyOfSubject(std::string_view bucket,
                              std::string_view subject) {
  return subject.substr(
      std::min(subject.size(), kPrefix.size() + bucket.size() + 1));
}

absl::Status CheckBucketName(std::string_view name) {
  if (AreAll(name, "-_")) return absl::OkStatus();
  return Invalid("bucket", name, "a name is one or more of [-_a-zA-Z0-9]");
}

absl::Status CheckKey(std::string_view key) {
  if (AreAll(key, "-/_=.") && !HasEmptyToken(key)) return absl::OkStatus();
  return Invalid("key", key,
                 "a key is one or more of [-/_=.a-zA-Z0-9], with something "
                 "before and behind every dot");
}

absl::Status CheckKeyFilter(std::string_view filter) {
  const absl::Status invalid =
      Invalid("key filter", filter,
              "a filter is a key in which '*' may be one token and '>' the "
              "last ones");
  if (!AreAll(filter, "-/_=.*>") || HasEmptyToken(filter)) return invalid;
  while (!filter.empty()) {
    const std::size_t end = filter.find('.');
    const std::string_view token = filter.substr(0, end);
    const bool last = end == filter.npos;
    filter.remove_prefix(last ? filter.size() : end + 1);
    const bool wild = token.find_first_of("*>") != token.npos;
    if (wild && token != "*" && (token != ">" || !last)) return invalid;
  }
  return absl::OkStatus();
}

}  // namespace walnats::internal
