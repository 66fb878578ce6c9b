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

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/statusor.h"
#include "walnats/codec.h"
#include "walnats/emit.h"
#include "walnats/event.h"
#include "walnats/task.h"

namespace walnats {

namespace internal {
class ClientCore;

// The untyped half of Emit: `encoded` says whether `body` is good.
Task<absl::StatusOr<Receipt>> Emit(const std::shared_ptr<ClientCore>& core,
                                   const EventInfo& event,
                                   const absl::Status& encoded,
                                   std::string body,
                                   const EmitOptions& options);

Task<EmitResults> EmitAll(const std::shared_ptr<ClientCore>& core,
                          const EventInfo& event, EncodedMessages next,
                          const EmitOptions& options, bool atomic);

template <class T>
EmitOptions CommonOptions(const EmitAllOptions<T>& all) {
  return {.headers = all.headers,
          .trace = all.trace,
          .delay = all.delay,
          .expected_last_sequence = all.expected_last_sequence,
          .unsent_limit = all.unsent_limit};
}
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

  // Emits them all, many on their way at a time, and tells of each what became
  // of it; a failure stops no other. They are sent in their order, and stored
  // in it unless an answer is lost. Encoded on the connection's thread as room
  // comes up: the messages stay until the Task has ended.
  //
  //   EmitResults results = co_await client.EmitAll(kPriceSet, prices);
  //   for (const auto& [index, status] : results.failures()) ...
  template <class T, CodecOf<T> C>
  Task<EmitResults> EmitAll(const Event<T, C>& event,
                            std::type_identity_t<std::span<const T>> messages,
                            EmitAllOptions<T> options = {}) const {
    return internal::EmitAll(
        core_, event,
        [messages, id = options.id,
         i = std::size_t{0}](internal::EncodedMessage& next) mutable {
          if (i == messages.size()) return false;
          Encode<T, C>(messages[i++], id, next);
          return true;
        },
        internal::CommonOptions(options), options.atomic);
  }

  // The same for as long as `next` gives one. It is called on the connection's
  // thread and must not block; what it throws ends it, as kInternal. In a
  // co_await expression name it first: g++ 12 destroys a lambda with owning
  // captures twice.
  template <class T, CodecOf<T> C>
  Task<EmitResults> EmitAll(
      const Event<T, C>& event,
      std::type_identity_t<std::function<std::optional<T>()>> next,
      EmitAllOptions<T> options = {}) const {
    return internal::EmitAll(
        core_, event,
        [next = std::move(next),
         id = options.id](internal::EncodedMessage& encoded) {
          const std::optional<T> message = next();
          if (!message.has_value()) return false;
          Encode<T, C>(*message, id, encoded);
          return true;
        },
        internal::CommonOptions(options), options.atomic);
  }

  // The connection's thread: where to co_spawn what emits most. It runs nothing
  // any more once Services::Run has returned.
  Executor executor() const;

  // For modules over it.
  const std::shared_ptr<internal::ClientCore>& core() const { return core_; }

 private:
  template <class T, CodecOf<T> C>
  static void Encode(const T& message, std::string (*id)(const T&),
                     internal::EncodedMessage& next) {
    next.body.clear();
    next.encoded = C::Encode(message, next.body);
    next.id = id != nullptr ? id(message) : std::string();
  }

  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace walnats
