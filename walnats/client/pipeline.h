#pragma once

// Many emits of one event, as many on their way as the publish window takes.
// Each place in it keeps its memory for the messages that follow. Nothing is
// allocated per message but what the transport and long ids need.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/client/client_core.h"
#include "walnats/client/emission.h"
#include "walnats/emit.h"
#include "walnats/runtime/suspension.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

// Made on any thread, used on the transport's.
class Pipeline final : private ClientCore::CloseSink {
 public:
  Pipeline(ClientCore& core, ClientCore::EmitCounts& counts,
           const EventInfo& event, EncodedMessages next,
           const EmitOptions& options);
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  // Once; returns when each message that was taken has its result. OK if there
  // were no more.
  Task<absl::Status> Run(transport::Transport& transport);

  // Takes no more; Run ends when it knows of those on the way.
  void Stop(absl::Status why);

  // After Run, or Stop if it was never run; the rest is empty then.
  EmitResults TakeResults();

 private:
  // As the publisher's window: more would only wait there.
  static constexpr std::size_t kPlaces = 4096;
  static constexpr std::size_t kBytes = std::size_t{16} << 20;

  struct Place final : transport::Publication {
    explicit Place(Pipeline& of) : pipeline(of) {}
    void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
      pipeline.OnPublished(*this, std::move(ack));
    }
    Pipeline& pipeline;
    EncodedMessage encoded;
    std::size_t index = 0;
  };

  void OnClose() override {
    Stop(absl::FailedPreconditionError("the client is closed"));
  }
  void OnPublished(Place& place, absl::StatusOr<transport::PubAck> ack);

  // Takes messages for as long as there is a place for one.
  void Fill();
  bool TakeNext(EncodedMessage& next);
  // The next message that can be sent, into `place`. False: there is none.
  bool Take(Place& place);
  void Send(Place& place);
  void Fail(std::size_t index, absl::Status status);

  ClientCore& core_;
  ClientCore::EmitCounts& counts_;
  const EventInfo event_;
  const EncodedMessages next_;
  const EmitHeaders headers_;
  const transport::PublishOptions options_;
  transport::Transport* transport_ = nullptr;
  std::deque<Place> places_;
  std::vector<Place*> free_;
  std::size_t on_the_way_ = 0;
  std::size_t bytes_ = 0;  // of what is on the way
  bool ended_ = false;     // takes no more
  absl::Status end_;       // why
  bool waiting_ = false;
  Suspension done_;
  std::vector<EmitResults::Stored> stored_;
  std::vector<EmitResults::Failure> failures_;
};

}  // namespace walnats::internal
