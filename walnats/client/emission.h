#pragma once

// One emit on its way: the copied message, and what waits for its PubAck.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/client.h"
#include "walnats/runtime/suspension.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

class Emission final : public transport::PublishCompletion {
 public:
  // Copies everything that `options` views. `id` empty: none. `due` is set if
  // the event is delayed.
  Emission(const EventInfo& event, std::string body, std::string id,
           const EmitOptions& options, std::optional<absl::Time> due);

  // Sends it; on the transport's thread.
  void Publish(transport::Transport& transport);

  // Ends it with `result`, once; resumes `done`.
  void Complete(absl::StatusOr<Receipt> result);

  void OnPublished(absl::StatusOr<transport::PubAck> ack) override;

  Suspension& done() { return done_; }
  absl::StatusOr<Receipt> TakeResult() { return std::move(result_); }
  const EventInfo& event() const { return event_; }

 private:
  // Of body and headers as the server counts them, roughly.
  size_t size() const;

  const EventInfo event_;
  const std::string body_;
  const std::string id_;
  std::vector<std::string> texts_;  // what headers_ views
  std::vector<Header> headers_;
  transport::Expect expect_;
  transport::PublishOptions options_;
  Suspension done_;
  absl::StatusOr<Receipt> result_;
};

// FailedPrecondition naming the event if a header is ill-formed or one of
// ours, or an id or trace holds what a header cannot.
absl::Status CheckEmit(const EventInfo& event, const EmitOptions& options);

}  // namespace walnats::internal
