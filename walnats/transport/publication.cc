#include "walnats/transport/publication.h"

#include <utility>

#include "walnats/runtime/suspension.h"

namespace walnats::transport {
namespace {

struct Publication final : PublishCompletion {
  void OnPublished(absl::StatusOr<PubAck> result) override {
    ack = std::move(result);
    answered.Resume();
  }

  Suspension answered;
  absl::StatusOr<PubAck> ack;
};

}  // namespace

Task<absl::StatusOr<PubAck>> PublishAndWait(Transport& transport,
                                            Outgoing message, Expect expect,
                                            PublishOptions options) {
  Publication publication;
  auto publish = [&] {
    transport.Publish(message, expect, options, publication);
  };
  co_await publication.answered.Wait(publish);
  co_return std::move(publication.ack);
}

}  // namespace walnats::transport
