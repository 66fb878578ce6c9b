#pragma once

// The batches of one stream that wait for their commit.
//
// Source: ADR-50; nats-server, server/stream.go,
// processJetStreamAtomicBatchMsg.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/publish_request.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/stored.h"

namespace walnats::testing::model {

class Batches {
 public:
  using Messages = std::vector<transport::StoredMessage>;

  explicit Batches(const Version& version) : version_(version) {}

  // The whole batch if `message` commits it, nullopt if it waits now. A
  // refusal ends the batch.
  Answer<std::optional<Messages>> Add(const PublishRequest& request,
                                      transport::StoredMessage message,
                                      absl::Time now);

  // Ends what has been idle for too long.
  void Expire(absl::Time now);
  absl::Time next() const;
  // Ends all silently.
  void Clear() { open_.clear(); }

  // What ended without a commit since the last call, and why.
  struct Abandoned {
    std::string batch;
    std::string_view reason;
  };
  std::vector<Abandoned> TakeAbandoned();

 private:
  struct Open {
    Messages messages;
    uint64_t last = 0;  // Nats-Batch-Sequence
    absl::Time expires;
  };

  std::optional<Refusal> CheckFirst(const PublishRequest& request,
                                    bool ends) const;
  std::optional<Refusal> CheckNext(const PublishRequest& request, bool ends,
                                   const Open& batch);
  void Abandon(std::string_view batch, std::string_view reason);

  const Version version_;
  std::map<std::string, Open, std::less<>> open_;
  std::vector<Abandoned> abandoned_;
};

}  // namespace walnats::testing::model
