#pragma once

// One emit on its way: the copied message, and what waits for its PubAck.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/client.h"
#include "walnats/client/message_ids.h"
#include "walnats/clock.h"
#include "walnats/runtime/suspension.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// What all messages of one call have in common: a copy of what its options
// view.
class EmitHeaders {
 public:
  // `due` is set if the event is delayed.
  EmitHeaders(const EmitOptions& options, std::optional<absl::Time> due);
  // Moved, its views stay.
  EmitHeaders(EmitHeaders&&) = default;

  std::span<const Header> all() const { return headers_; }

 private:
  std::vector<std::string> texts_;  // what headers_ views
  std::vector<Header> headers_;
};

// Of an event that is delayed.
std::optional<absl::Time> DueOf(const EmitOptions& options, const Clock& clock);

transport::PublishOptions PublishOptionsOf(const EventInfo& event,
                                           const EmitOptions& options);

class Emission final : public transport::Publication {
 public:
  // `event`: its name, which lives as long as the program. `id` empty: none.
  Emission(std::string_view event, std::string body, std::string id,
           EmitHeaders headers, const transport::PublishOptions& asked,
           std::optional<uint64_t> expected_last_sequence);

  // Sends it; on the transport's thread.
  void Publish(transport::Transport& transport);

  // Ends it with `result`, once; resumes `done`.
  void Complete(absl::StatusOr<Receipt> result);

  void OnPublished(absl::StatusOr<transport::PubAck> ack) override;

  Suspension& done() { return done_; }
  absl::StatusOr<Receipt> TakeResult() { return std::move(result_); }
  std::string_view event() const { return event_; }

 private:
  // Of body and headers as the server counts them, roughly.
  size_t size() const;

  const std::string_view event_;
  const std::string body_;
  const std::string id_;
  const EmitHeaders headers_;
  Suspension done_;
  absl::StatusOr<Receipt> result_;
};

// One of many: that it was encoded and its id can be sent; gives it an id if
// `event` has them. Names neither the act nor the event.
absl::Status Complete(EncodedMessage& message, const EventInfo& event,
                      MessageIds& ids);

// FailedPrecondition naming the event if a header is ill-formed or one of
// ours, or an id or trace holds what a header cannot.
absl::Status CheckEmit(const EventInfo& event, const EmitOptions& options);

}  // namespace walnats::internal
