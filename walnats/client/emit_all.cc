#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>
#include <vector>

#include "walnats/base/strings.h"
#include "walnats/client.h"
#include "walnats/client/client_core.h"
#include "walnats/client/emission.h"
#include "walnats/client/pipeline.h"
#include "walnats/transport/batch_headers.h"

namespace walnats {

EmitResults::EmitResults(std::string stream, std::vector<Stored> stored,
                         std::vector<Failure> failures, absl::Status ended)
    : stream_(std::move(stream)),
      stored_(std::move(stored)),
      failures_(std::move(failures)),
      ended_(std::move(ended)) {}

absl::Status EmitResults::status() const {
  if (failures_.empty()) return ended_;
  const Failure& first = failures_.front();
  return Error(first.status.code(), first.status.message(), " (message ",
               first.index, "; ", failures_.size(), " of ", size(), " failed)");
}

absl::StatusOr<Receipt> EmitResults::operator[](std::size_t index) const {
  assert(index < size());
  const Stored& stored = stored_[index];
  if (stored.sequence != 0) {
    return Receipt{stream_, stored.sequence, stored.duplicate != 0};
  }
  const auto failure = std::partition_point(
      failures_.begin(), failures_.end(),
      [index](const Failure& before) { return before.index < index; });
  return failure->status;
}

namespace internal {
namespace {

using Counts = ClientCore::EmitCounts;

EmitResults None(const EventInfo& event, absl::Status why) {
  return EmitResults(event.stream_name(), {}, {}, std::move(why));
}

Task<EmitResults> Refuse(EmitResults none) { co_return none; }

Task<EmitResults> RunPipeline(std::shared_ptr<ClientCore> core,
                              std::shared_ptr<Pipeline> pipeline) {
  // Both outlive a cancellation that comes late.
  const ClientCore::Work work = [pipeline](transport::Transport& transport) {
    return pipeline->Run(transport);
  };
  std::function<void()> cancelled = [pipeline] {
    pipeline->Stop(absl::CancelledError("cancelled"));
  };
  absl::Status ran = co_await core->Run(work, std::move(cancelled));
  // Closed before it was run.
  if (!ran.ok()) pipeline->Stop(std::move(ran));
  co_return pipeline->TakeResults();
}

// ---- atomic

struct Batch {
  Batch(const EventInfo& of, const EmitOptions& options,
        std::optional<absl::Time> due)
      : event(of), headers(options, due) {
    expect.last_sequence = options.expected_last_sequence;
  }

  const EventInfo event;
  const EmitHeaders headers;
  transport::Expect expect;
  std::vector<EncodedMessage> messages;
};

absl::Status Fill(ClientCore& core, const EncodedMessages& next, Batch& batch) {
  EncodedMessage message;
  while (next(message)) {
    if (batch.messages.size() == transport::kMostInABatch) {
      return Error(absl::StatusCode::kFailedPrecondition, "more than ",
                   transport::kMostInABatch, " messages");
    }
    const absl::Status complete = Complete(message, batch.event, core.ids());
    if (!complete.ok()) {
      return Error(complete.code(), "message ", batch.messages.size(), ": ",
                   complete.message());
    }
    batch.messages.push_back(std::move(message));
    message = {};
  }
  return absl::OkStatus();
}

Task<absl::Status> Publish(Batch& batch, transport::Transport& transport,
                           uint64_t& last) {
  std::vector<std::vector<Header>> headers;
  std::vector<transport::Outgoing> outgoing;
  for (const EncodedMessage& message : batch.messages) {
    const std::span<const Header> common = batch.headers.all();
    std::vector<Header>& own =
        headers.emplace_back(common.begin(), common.end());
    if (!message.id.empty()) own.push_back({kMessageIdHeader, message.id});
    outgoing.push_back({.subject = batch.event.name(), .body = message.body});
  }
  for (std::size_t i = 0; i < outgoing.size(); ++i) {
    outgoing[i].headers = headers[i];
  }
  const absl::StatusOr<transport::PubAck> ack =
      co_await transport.PublishBatch(outgoing, batch.expect);
  if (ack.ok()) last = ack->sequence;
  co_return ack.status();
}

EmitResults ResultsOf(const Batch& batch, Counts& counts,
                      const absl::Status& status, uint64_t last) {
  const std::size_t count = batch.messages.size();
  std::vector<EmitResults::Stored> stored(count);
  std::vector<EmitResults::Failure> failures;
  for (std::size_t i = 0; i < count; ++i) {
    if (status.ok()) {
      stored[i].sequence = last - count + 1 + i;
      counts.CountStored(stored[i].sequence, false);
    } else {
      counts.CountFailed();
      failures.push_back({i, status});
    }
  }
  return EmitResults(batch.event.stream_name(), std::move(stored),
                     std::move(failures), absl::OkStatus());
}

Task<EmitResults> EmitBatch(std::shared_ptr<ClientCore> core, Counts& counts,
                            std::unique_ptr<Batch> batch) {
  uint64_t last = 0;
  const ClientCore::Work work = [&](transport::Transport& transport) {
    return Publish(*batch, transport, last);
  };
  absl::Status ran = co_await core->Run(work);
  if (!ran.ok()) {
    ran = Error(ran.code(), "emit \"", batch->event.name(),
                "\": ", ran.message());
  }
  co_return ResultsOf(*batch, counts, ran, last);
}

}  // namespace

Task<EmitResults> EmitAll(const std::shared_ptr<ClientCore>& core,
                          const EventInfo& event, EncodedMessages next,
                          const EmitOptions& options, bool atomic) {
  const auto refuse = [&event](const absl::Status& why) {
    return Refuse(None(event, Error(why.code(), "emit \"", event.name(),
                                    "\": ", why.message())));
  };
  Counts* const counts = core->counts(event.name());
  if (counts == nullptr) {
    return refuse(absl::FailedPreconditionError(
        "not registered; name it in a service's `emits`"));
  }
  if (absl::Status checked = CheckEmit(event, options); !checked.ok()) {
    return Refuse(None(event, std::move(checked)));
  }
  if (!atomic) {
    if (options.expected_last_sequence.has_value()) {
      return refuse(absl::FailedPreconditionError(
          "expected_last_sequence holds for an atomic batch only"));
    }
    return RunPipeline(
        core, std::make_shared<Pipeline>(*core, *counts, event, std::move(next),
                                         options));
  }
  if (!event.atomic_batches()) {
    return refuse(absl::FailedPreconditionError(
        "atomic: not declared with `atomic_batches`"));
  }
  auto batch =
      std::make_unique<Batch>(event, options, DueOf(options, core->clock()));
  const absl::Status filled = Fill(*core, next, *batch);
  if (!filled.ok()) return refuse(filled);
  if (batch->messages.empty()) {
    return refuse(absl::FailedPreconditionError("atomic: no messages"));
  }
  return EmitBatch(core, *counts, std::move(batch));
}

}  // namespace internal
}  // namespace walnats
