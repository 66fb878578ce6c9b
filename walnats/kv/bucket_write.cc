// A bucket's writes. Each carries a message id, so that a lost answer can be
// resolved; other clients ignore it.

#include <utility>

#include "walnats/base/strings.h"
#include "walnats/event/headers.h"
#include "walnats/kv/bucket_core.h"
#include "walnats/kv/entry.h"
#include "walnats/kv/names.h"
#include "walnats/transport/publication.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::internal {
namespace {

using transport::PubAck;
using transport::StoredMessage;
using transport::Transport;

// Of Create, over a key that others write and delete all the time.
constexpr int kTries = 5;

// The server counts whole seconds and drops the rest.
std::string TtlText(absl::Duration ttl) {
  return Cat(absl::ToInt64Seconds(absl::Ceil(ttl, absl::Seconds(1))), "s");
}

std::vector<Header> HeadersOf(const Change& change, std::string_view ttl) {
  std::vector<Header> headers;
  if (change.operation == KvOperation::kDelete) {
    headers.push_back({kOperationHeader, kDelete});
  }
  if (change.operation == KvOperation::kPurge) {
    headers.push_back({kOperationHeader, kPurge});
    headers.push_back({kRollupHeader, kRollupSubject});
  }
  if (!ttl.empty()) headers.push_back({kTtlHeader, ttl});
  return headers;
}

std::string_view VerbOf(const Change& change) {
  switch (change.operation) {
    case KvOperation::kPut:
      return "put";
    case KvOperation::kDelete:
      return "delete";
    case KvOperation::kPurge:
      return "purge";
  }
  return "write";
}

}  // namespace

Task<absl::StatusOr<uint64_t>> BucketCore::Write(Transport& transport,
                                                 Change change) {
  const std::string id = client()->ids().Next();
  co_return co_await Publish(transport, change, id);
}

// A key that was deleted is created behind its marker.
Task<absl::StatusOr<uint64_t>> BucketCore::Create(Transport& transport,
                                                  Change change) {
  const std::string id = client()->ids().Next();
  absl::StatusOr<uint64_t> revision;
  change.revision = 0;
  for (int i = 0; i < kTries; ++i) {
    revision = co_await Publish(transport, change, id);
    if (!absl::IsAborted(revision.status())) break;
    const absl::StatusOr<StoredMessage> last =
        co_await Last(transport, change.key);
    if (last.ok() && OperationOf(*last) == KvOperation::kPut) {
      co_return Error(absl::StatusCode::kAlreadyExists,
                      Act("create", change.key), ": it has revision ",
                      last->sequence);
    }
    if (!last.ok() && !IsNoMessage(last.status())) {
      co_return Because(last.status(), Act("create", change.key));
    }
    change.revision = last.ok() ? last->sequence : 0;
  }
  co_return revision;
}

Task<absl::StatusOr<uint64_t>> BucketCore::Publish(Transport& transport,
                                                   const Change& change,
                                                   const std::string& id) {
  const std::string act = Act(VerbOf(change), change.key);
  const transport::ServerInfo& server = transport.server();
  if (change.ttl && server.features.api_level < 1) {
    co_return Error(absl::StatusCode::kUnimplemented, act,
                    ": a TTL of its own: nats-server ", server.version,
                    " cannot");
  }
  const std::string ttl = change.ttl ? TtlText(*change.ttl) : "";
  const std::string subject = KeySubject(name_, change.key);
  const std::vector<Header> headers = HeadersOf(change, ttl);
  transport::Outgoing message;
  message.subject = subject;
  message.headers = headers;
  message.body = change.value;
  transport::Expect expect;
  expect.stream = stream_;
  expect.message_id = id;
  expect.subject_last_sequence = change.revision;
  transport::PublishOptions options;
  options.resolve_within = duplicate_window_;
  absl::StatusOr<PubAck> ack =
      co_await transport::PublishAndWait(transport, message, expect, options);
  if (ack.ok()) co_return ack->sequence;
  absl::Status failure = Because(ack.status(), act);
  if (!absl::IsAborted(failure)) co_return failure;
  co_return co_await FindOwn(transport, change, id, std::move(failure));
}

// New servers look at the expectation before they know the id: a write whose
// answer was lost then fails because of itself.
Task<absl::StatusOr<uint64_t>> BucketCore::FindOwn(Transport& transport,
                                                   const Change& change,
                                                   const std::string& id,
                                                   absl::Status conflict) {
  transport::GetOptions get;
  get.next_by_subject = KeySubject(name_, change.key);
  get.from = change.revision.value_or(0) + 1;
  const absl::StatusOr<StoredMessage> next =
      co_await transport.GetMessage(stream_, get);
  if (next.ok() && FindHeader(*next, kMessageIdHeader) == id) {
    co_return next->sequence;
  }
  if (next.ok() || IsNoMessage(next.status())) co_return conflict;
  co_return Error(absl::StatusCode::kUnknown, conflict.message(),
                  "; or it is this one, stored: ", next.status().message());
}

}  // namespace walnats::internal
