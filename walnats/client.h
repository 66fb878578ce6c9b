#pragma once

// The cheap handle that emits events from anywhere. Copies share one
// connection.
//
//   walnats::Client client = services.client();
//   absl::StatusOr<walnats::Receipt> receipt =
//       co_await client.Emit(kOrderPlaced, order, {.id = order.id()});
//   if (!receipt.ok()) ...   // see status.h for what each code means
//
// Ok means that the stream has stored it (guarantee 1). Emit is a plain
// function: it validates, encodes and copies, so `order` and the options may
// die at once; the Task that it returns sends when it is awaited, and a dropped
// Task sends nothing.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/codec.h"
#include "walnats/event.h"
#include "walnats/event/headers.h"
#include "walnats/task.h"

namespace walnats {

// Views and numbers only: what is viewed need live until Emit has returned.
struct EmitOptions {
  // The message id. A second emit with the same id within the event's
  // `duplicates` window is not stored again (Receipt::duplicate). Empty: a
  // unique one, unless the event declared `message_ids = false`.
  std::string_view id = {};

  // Further headers, for your own use. Names beginning with "Nats-" or
  // "Walnats-" are refused.
  std::span<const Header> headers = {};

  // Carried to every event that handlers emit because of this one. Context
  // sets it by itself.
  std::string_view trace = {};

  // Actors handle it no earlier than so long from now. It is stored at once.
  absl::Duration delay = absl::ZeroDuration();

  // Store it only if the stream's last sequence is this (0: only if empty);
  // else kAborted.
  std::optional<uint64_t> expected_last_sequence = {};

  // While the publish window is full: wait, or fail with kResourceExhausted.
  bool wait = true;

  // How long it may wait unsent (window full, no connection) before it fails
  // with kUnavailable.
  absl::Duration unsent_limit = absl::Seconds(30);
};
// g++ 12 destroys owning temporaries of a co_await expression twice.
static_assert(std::is_trivially_destructible_v<EmitOptions>);

// Where the stream has stored the message.
struct Receipt {
  std::string stream;
  uint64_t sequence = 0;   // of the first copy, if it is a duplicate
  bool duplicate = false;  // the id was seen before within the window
};

namespace internal {
class ClientCore;

// The untyped half of Emit: `encoded` says whether `body` is good.
Task<absl::StatusOr<Receipt>> Emit(const std::shared_ptr<ClientCore>& core,
                                   const EventInfo& event,
                                   const absl::Status& encoded,
                                   std::string body,
                                   const EmitOptions& options);
}  // namespace internal

// Any thread. On the connection's own thread an Emit costs no hop, elsewhere a
// batched hand-off. Emits of one coroutine in a row are stored in that order.
// An executor of yours on which Emit is awaited must outlive Services::Run.
class Client {
 public:
  // For Services and tests; get yours from Services::client().
  explicit Client(std::shared_ptr<internal::ClientCore> core)
      : core_(std::move(core)) {}

  // Before Services::Run has connected it waits for the connection; after the
  // drain it fails with kFailedPrecondition.
  template <class T, CodecOf<T> C>
  Task<absl::StatusOr<Receipt>> Emit(const Event<T, C>& event, const T& message,
                                     EmitOptions options = {}) const {
    std::string body;
    const absl::Status encoded = C::Encode(message, body);
    return internal::Emit(core_, event, encoded, std::move(body), options);
  }

  // Name the message first: g++ 12 destroys a temporary aggregate twice inside
  // a co_await expression. (Classes with constructors, as Protobuf's, are
  // safe.)
  template <class T, CodecOf<T> C>
  requires std::is_aggregate_v<T> Task<absl::StatusOr<Receipt>> Emit(
      const Event<T, C>& event, T&& message, EmitOptions options = {})
  const = delete;

  // The connection's thread: where to co_spawn what emits most. It runs nothing
  // any more once Services::Run has returned.
  Executor executor() const;

  // For modules over it.
  const std::shared_ptr<internal::ClientCore>& core() const { return core_; }

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace walnats
