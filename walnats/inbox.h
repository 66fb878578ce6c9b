#pragma once

// Handles a message once, as far as that can be had: an Inbox remembers which
// messages an actor has completed, and what their steps gave.
//
//   walnats::Inbox inbox(walnats::KvInbox(services.client(), "charges"));
//   services.Add({.actors = {inbox.Wrap(ChargeCard(inbox, gateway))}});
//
//   // In the handler: the gateway is asked once, also if the process dies
//   // between the charge and the ack.
//   auto charge = [&] { return gateway.Charge(order); };
//   absl::StatusOr<std::string> receipt =
//       co_await inbox.Once(context, "charge", charge);
//
// What it cannot do: a process that dies after the step and before its result
// is stored does the step again, and so do two attempts that run at the same
// time because the first was late. Give what you call the idempotency key
// (Context::idempotency_key()) wherever it takes one.

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/actor.h"
#include "walnats/client.h"
#include "walnats/context.h"
#include "walnats/kv.h"
#include "walnats/limits.h"
#include "walnats/task.h"

namespace walnats {

// Where an Inbox keeps its records: yours may be a table of the database that
// the handler writes to, in the same transaction. Keys are idempotency keys,
// with "/<step>" for a step. Called for many jobs at once, on the executor of
// the handlers.
template <class S>
concept InboxStore = requires(S& store, std::string key, std::string value) {
  // The value kept under `key`; nullopt if there is none.
  {
    store.Find(key)
    } -> std::same_as<Task<absl::StatusOr<std::optional<std::string>>>>;
  // Keeps `value`, unless the key has one: then kAlreadyExists.
  { store.Keep(key, value) } -> std::same_as<Task<absl::Status>>;
};

struct KvInboxOptions {
  // When a record is forgotten: longer than a redrive may come late.
  absl::Duration age = absl::Hours(24 * 7);
  Storage storage = Storage::kFile;
  int replicas = 1;
};

// The default store: a bucket (kv.h), made at its first use if it is missing.
// One for many actors will do. Copies share it.
class KvInbox {
 public:
  KvInbox(Client client, std::string_view bucket, KvInboxOptions options = {});

  Task<absl::StatusOr<std::optional<std::string>>> Find(std::string key);
  Task<absl::Status> Keep(std::string key, std::string value);

 private:
  Bucket bucket_;
};

namespace internal {

class AnyInboxStore {
 public:
  virtual ~AnyInboxStore() = default;
  virtual Task<absl::StatusOr<std::optional<std::string>>> Find(
      std::string key) = 0;
  virtual Task<absl::Status> Keep(std::string key, std::string value) = 0;
};

template <class S>
class InboxStoreOf final : public AnyInboxStore {
 public:
  explicit InboxStoreOf(S store) : store_(std::move(store)) {}
  Task<absl::StatusOr<std::optional<std::string>>> Find(
      std::string key) override {
    return store_.Find(std::move(key));
  }
  Task<absl::Status> Keep(std::string key, std::string value) override {
    return store_.Keep(std::move(key), std::move(value));
  }

 private:
  S store_;
};

}  // namespace internal

// Copies share the store.
class Inbox {
 public:
  template <class S>
  requires InboxStore<S>
  explicit Inbox(S store)
      : store_(std::make_shared<internal::InboxStoreOf<S>>(std::move(store))) {}

  // `actor` with its handler behind the inbox: a message that was completed
  // is acked without it, and one that its handler has completed is recorded
  // before it is acked. If the store cannot be asked the attempt fails with
  // kUnavailable, and is tried again. It takes the coroutine path.
  Actor Wrap(const Actor& actor) const;

  // The result of `step` of this job's message: kept from an earlier attempt,
  // or of `work` now, which is then kept if it is OK. If another attempt has
  // kept one meanwhile it is that one, so all see the same. `step` is unique in
  // the handler and may never change while messages are under way. kUnavailable
  // if the store cannot be asked.
  Task<absl::StatusOr<std::string>> Once(
      const Context& context, std::string_view step,
      std::function<Task<absl::StatusOr<std::string>>()> work) const;

 private:
  std::shared_ptr<internal::AnyInboxStore> store_;
};

}  // namespace walnats
