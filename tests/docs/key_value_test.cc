// The code of docs/key-value.md.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "tests/docs/live.h"
#include "walnats/kv.h"

namespace walnats::docs {
namespace {

// [limit]
walnats::Task<absl::Status> RaiseLimit(walnats::Bucket limits) {
  absl::StatusOr<uint64_t> created =
      co_await limits.Create("customer.42", "1000");
  if (!created.ok()) co_return created.status();  // kAlreadyExists
  absl::StatusOr<walnats::KvEntry> entry = co_await limits.Get("customer.42");
  if (!entry.ok()) co_return entry.status();  // kNotFound
  absl::StatusOr<uint64_t> updated =
      co_await limits.Update("customer.42", "2000", entry->revision);
  co_return updated.status();  // kAborted: somebody was faster
}
// [/limit]

// [watch]
walnats::Task<absl::Status> Follow(walnats::Bucket limits,
                                   std::map<std::string, std::string>& known) {
  absl::StatusOr<walnats::KvWatch> watch = co_await limits.Watch("customer.*");
  if (!watch.ok()) co_return watch.status();
  while (true) {
    absl::StatusOr<std::optional<walnats::KvEntry>> next =
        co_await watch->Next();
    if (!next.ok()) co_return next.status();
    if (!next->has_value()) co_return absl::OkStatus();  // all is known
    walnats::KvEntry& entry = **next;
    if (entry.operation == walnats::KvOperation::kPut) {
      known[entry.key] = std::move(entry.value);
    } else {
      known.erase(entry.key);
    }
  }
}
// [/watch]

Task<absl::Status> Use(Client client) {
  // [bucket]
  walnats::Bucket limits(client, "limits", {.history = 5});
  // [/bucket]
  absl::Status raised = co_await RaiseLimit(limits);
  if (!raised.ok()) co_return raised;
  std::map<std::string, std::string> known;
  absl::Status followed = co_await Follow(limits, known);
  EXPECT_EQ(known["customer.42"], "2000");
  co_return followed;
}

TEST(KeyValuePageTest, ItsCodeRuns) {
  Services services;
  const absl::Status status = RunLive(services, Use);
  EXPECT_TRUE(status.ok()) << status.ToString();
}

}  // namespace
}  // namespace walnats::docs
