#include "walnats/transport/publication.h"

#include <utility>

#include "walnats/runtime/suspension.h"

namespace walnats::transport {
namespace {

struct Awaited final : Publication {
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
  Awaited publication;
  publication.message = message;
  publication.expect = expect;
  publication.options = options;
  auto publish = [&] { transport.Publish(publication); };
  co_await publication.answered.Wait(publish);
  co_return std::move(publication.ack);
}

}  // namespace walnats::transport
