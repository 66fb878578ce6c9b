#include "walnats/kv/entry.h"

#include <gtest/gtest.h>

#include <vector>

namespace walnats::internal {
namespace {

using transport::StoredHeader;
using transport::StoredMessage;

TEST(EntryTest, HeadersSayWhatWasDone) {
  struct Case {
    std::vector<StoredHeader> headers;
    KvOperation operation;
  };
  for (const Case& c : std::vector<Case>{
           {{}, KvOperation::kPut},
           {{{"Nats-Msg-Id", "1"}}, KvOperation::kPut},
           {{{"KV-Operation", "DEL"}}, KvOperation::kDelete},
           {{{"KV-Operation", "PURGE"}}, KvOperation::kPurge},
           {{{"KV-Operation", "PUT"}}, KvOperation::kPut},
           {{{"Nats-Marker-Reason", "MaxAge"}}, KvOperation::kPurge},
           {{{"Nats-Marker-Reason", "Purge"}}, KvOperation::kPurge},
           {{{"Nats-Marker-Reason", "Remove"}}, KvOperation::kDelete}}) {
    StoredMessage message;
    message.headers = c.headers;
    EXPECT_EQ(OperationOf(message), c.operation)
        << (c.headers.empty() ? "" : c.headers[0].value);
  }
}

TEST(EntryTest, IsTheMessageOfItsKey) {
  StoredMessage message;
  message.subject = "$KV.limits.customer.42";
  message.sequence = 7;
  message.time = absl::UnixEpoch();
  message.body = "1000";
  const KvEntry entry = EntryOf("limits", message);
  EXPECT_EQ(entry.bucket, "limits");
  EXPECT_EQ(entry.key, "customer.42");
  EXPECT_EQ(entry.value, "1000");
  EXPECT_EQ(entry.revision, 7U);
  EXPECT_EQ(entry.created, absl::UnixEpoch());
}

}  // namespace
}  // namespace walnats::internal
