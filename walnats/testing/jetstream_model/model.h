#pragma once

// JetStream as one pure machine: API calls, publishes, pulls, settlements and
// the time go in, answers and actions come out. It has no thread, no I/O and no
// clock; a shell around it moves messages and tells the time.
//
//   Model model({.version = kOldest}, start);
//   model.CreateStream(config);
//   model.Publish({.subject = "a", .body = "1"});
//   model.Pull("A", "mailer", {.batch = 10}, {.client = 1, .subject = "in.1"});
//   for (Action& action : model.TakeActions()) ...
//   model.AdvanceTo(start + absl::Seconds(30));  // ack_wait is over

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/published.h"
#include "walnats/testing/jetstream_model/refusal.h"
#include "walnats/testing/jetstream_model/stream.h"
#include "walnats/testing/jetstream_model/version.h"
#include "walnats/transport/config.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/stored.h"

namespace walnats::testing::model {

struct ModelOptions {
  Version version = kNewest;
  int64_t max_payload = 1 << 20;  // bytes, headers included
};

class Model {
 public:
  Model(const ModelOptions& options, absl::Time now);
  ~Model();

  const Version& version() const { return options_.version; }
  absl::Time now() const { return now_; }

  // Everything that is due until `now` happens, in its order. Call it before
  // each of the verbs below: they happen at that time.
  void AdvanceTo(absl::Time now);
  // When something will happen by itself; InfiniteFuture if nothing will.
  absl::Time next() const;
  // What has come out since the last call, in its order.
  std::vector<Action> TakeActions();

  // ---- streams
  Answer<transport::StreamInfo> CreateStream(
      const transport::StreamConfig& config);
  Answer<transport::StreamInfo> UpdateStream(
      const transport::StreamConfig& config);
  Answer<transport::StreamInfo> GetStream(const std::string& name) const;
  std::vector<transport::StreamInfo> ListStreams() const;  // by name
  Answer<Done> DeleteStream(const std::string& name);
  Answer<uint64_t> PurgeStream(const std::string& name,
                               const transport::PurgeOptions& options);

  // ---- messages
  // nullopt: no stream takes the subject, so nobody answers. Every header that
  // the server reads is read: Nats-Msg-Id, Nats-Expected-*, Nats-Rollup,
  // Nats-Batch-*.
  std::optional<PublishAnswer> Publish(const transport::Outgoing& message);
  Answer<transport::StoredMessage> GetMessage(
      const std::string& stream, const transport::GetOptions& options) const;
  Answer<std::vector<transport::StoredMessage>> GetMessages(
      const std::string& stream,
      const transport::GetManyOptions& options) const;
  Answer<Done> EraseMessage(const std::string& stream, uint64_t sequence);

  // ---- consumers
  Answer<transport::ConsumerInfo> PutConsumer(
      const std::string& stream, const transport::ConsumerConfig& config,
      ConsumerAction action);
  Answer<transport::ConsumerInfo> GetConsumer(const std::string& stream,
                                              const std::string& name) const;
  Answer<std::vector<transport::ConsumerInfo>> ListConsumers(
      const std::string& stream) const;
  Answer<Done> DeleteConsumer(const std::string& stream,
                              const std::string& name);
  // A time that has passed resumes.
  Answer<Done> PauseConsumer(const std::string& stream, const std::string& name,
                             absl::Time until);
  Answer<Done> ResetConsumer(const std::string& stream, const std::string& name,
                             uint64_t sequence);

  // ---- deliver
  // False if there is no such consumer: nobody answers.
  bool Pull(const std::string& stream, const std::string& consumer,
            const PullRequest& request, const Inbox& inbox);
  // Whether the consumer exists; the server answers an ack that asks for an
  // answer then, whatever became of the delivery.
  bool Settle(const DeliveryId& id, const Settlement& settlement);
  // The client has gone, or has ended its interest in what `pattern` matches.
  void DropInterest(uint64_t client, std::string_view pattern = ">");

  // ---- faults
  // Another server leads: every pull ends with a 409, what is pending stays.
  void ChangeLeader(const std::string& stream, const std::string& consumer);
  // Every pull ends silently, what was stored in memory is gone, and so are
  // batches that were not committed.
  void Restart();

 private:
  Stream* Find(const std::string& name) const;
  Stream* FindBySubject(std::string_view subject) const;
  Consumer* Find(const std::string& stream, const std::string& consumer) const;
  std::optional<Refusal> CheckStream(const transport::StreamConfig& config,
                                     const Stream* own) const;

  const ModelOptions options_;
  absl::Time now_;
  std::vector<Action> actions_;
  std::map<std::string, std::unique_ptr<Stream>> streams_;
};

}  // namespace walnats::testing::model
