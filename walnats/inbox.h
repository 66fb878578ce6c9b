#pragma once

// Handles a message once, as far as that can be had: an Inbox remembers which
// messages an actor has completed, and what their steps gave.
//
//   walnats::Inbox inbox(walnats::KvInbox(services.client(), "charges"));
//   services.Add({.actors = {inbox.Wrap(ChargeCard(inbox, gateway))}});
//
//   // In the handler: the gateway is asked once, also if the process dies
//   // between the charge and the ack.
//   absl::StatusOr<std::string> charge = co_await inbox.Once(
//       context, "charge", [&] { return gateway.Charge(order); });
//
// What it cannot do: a process that dies after the step and before its result
// is stored does the step again. Give what you call the idempotency key
// (Context::idempotency_key()) wherever it takes one.

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/actor.h"
#include "walnats/client.h"
#include "walnats/context.h"
#include "walnats/task.h"

namespace walnats {

// Where an Inbox keeps its records: yours may be a table of the database that
// the handler writes to, in the same transaction. Keys are idempotency keys,
// with "/<step>" for a step. Called for many jobs at once.
template <class S>
concept InboxStore = requires(S& store, std::string key, std::string value) {
  // The value kept under `key`; nullopt if there is none.
  {
    store.Find(key)
    } -> std::same_as<Task<absl::StatusOr<std::optional<std::string>>>>;
  // Keeps `value`, unless the key has one: then kAlreadyExists.
  { store.Keep(key, value) } -> std::same_as<Task<absl::Status>>;
};

namespace internal {
class InboxCore;
class AnyInboxStore;
std::unique_ptr<AnyInboxStore> MakeKvInboxStore(Client client,
                                                std::string_view bucket,
                                                absl::Duration age);
}  // namespace internal

// The default store: a bucket (kv.h), made at its first use, whose records are
// forgotten after `age`: longer than a redrive may come late.
class KvInbox;

class Inbox {
 public:
  // Copies share the store.
  template <class S>
  requires InboxStore<S>
  explicit Inbox(S store);

  // `actor` with its handler behind the inbox: a message that was completed
  // is acked without it, and one that its handler has completed is recorded
  // before it is acked. If the store cannot be asked the attempt fails with
  // the store's status, and is tried again. It takes the coroutine path.
  Actor Wrap(const Actor& actor) const;

  // The result of `step` of this job's message: kept from an earlier attempt,
  // or of `work` now, which is then kept if it is OK. `name` is unique in the
  // handler and may never change while messages are under way.
  Task<absl::StatusOr<std::string>> Once(
      const Context& context, std::string_view name,
      std::function<Task<absl::StatusOr<std::string>>()> work) const;

 private:
  std::shared_ptr<internal::InboxCore> core_;
};

}  // namespace walnats
