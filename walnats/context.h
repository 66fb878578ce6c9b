#pragma once

// What a handler may know of its message and do because of it.
//
//   [](const v1::UserRegistered& user, const walnats::Context& context)
//       -> walnats::Task<absl::Status> {
//     v1::MailSent mail = Welcome(user);
//     co_return (co_await context.Emit(kMailSent, mail)).status();
//   }
//
// A Context lives until the handler's Task has completed, and so do the views
// it returns. It belongs to one job: use it from that job's coroutine only.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "walnats/client.h"
#include "walnats/clock.h"

namespace walnats {

namespace internal {
struct Job;
}

class Context {
 public:
  // Made by the actor's runner for each job.
  explicit Context(internal::Job& job) : job_(job) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::string_view actor() const;
  std::string_view event() const;    // the event's name
  std::string_view subject() const;  // of the message
  std::string_view stream() const;
  uint64_t sequence() const;  // of the message in its stream
  absl::Time time() const;    // when the stream stored it

  // Names this message and this actor for ever, the same for every attempt,
  // also for a redrive: "<stream>.<incarnation>.<sequence>.<actor>". Give it to
  // whatever must not happen twice (a payment's idempotency key, a unique
  // column); inbox.h does that with a store of ours.
  std::string idempotency_key() const;

  // How often the message was redriven from the dead letters: 0 the first time.
  int generation() const;

  // 1 for the first. Above 1 an earlier attempt failed, crashed, or lost its
  // connection.
  int64_t attempt() const;
  int max_attempts() const;

  // Until when the outcome counts: a tenth of ack_wait before the server gives
  // the message to another attempt. Pulses move it while a coroutine runs.
  absl::Time deadline() const;

  // The first value of a header, names compared exactly.
  std::optional<std::string_view> header(std::string_view name) const;

  // The trace that came with the message; empty if none did.
  std::string_view trace() const;

  // As Client::Emit, with the message's trace, and with the id
  // "<idempotency key>.<n>" for the n-th emit of the job: a retry emits the
  // same ids, so what an earlier attempt emitted is not stored twice
  // within the event's `duplicates` window. Emit in the same order each time,
  // or pass an id of your own.
  template <class T, CodecOf<T> C>
  Task<absl::StatusOr<Receipt>> Emit(const Event<T, C>& event, const T& message,
                                     EmitOptions options = {}) const {
    std::string body;
    const absl::Status encoded = C::Encode(message, body);
    return EmitEncoded(event, encoded, std::move(body), options);
  }
  template <class T, CodecOf<T> C>
  requires std::is_aggregate_v<T> Task<absl::StatusOr<Receipt>> Emit(
      const Event<T, C>& event, T&& message, EmitOptions options = {})
  const = delete;

  // Waits and time: `co_await context.clock().Sleep(...)`.
  Clock& clock() const;

 private:
  Task<absl::StatusOr<Receipt>> EmitEncoded(const EventInfo& event,
                                            const absl::Status& encoded,
                                            std::string body,
                                            EmitOptions options) const;
  internal::Job& job_;
};

}  // namespace walnats
