// The facade's part for consumers and deliveries.

#include "walnats/testing/jetstream_model/model.h"
#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::testing::model {
namespace {

using transport::ConsumerInfo;

}  // namespace

Answer<ConsumerInfo> Model::PutConsumer(const std::string& stream,
                                        const transport::ConsumerConfig& config,
                                        ConsumerAction action) {
  if (!IsToken(stream) || !IsToken(config.name)) return Silence();
  Stream* const found = Find(stream);
  if (found == nullptr) return StreamNotFound();
  return found->PutConsumer(config, action, now_);
}

Answer<ConsumerInfo> Model::GetConsumer(const std::string& stream,
                                        const std::string& name) const {
  if (!IsToken(stream) || !IsToken(name)) return Silence();
  if (Find(stream) == nullptr) return StreamNotFound();
  const Consumer* const consumer = Find(stream, name);
  if (consumer == nullptr) return ConsumerNotFound();
  return consumer->Info(now_);
}

Answer<std::vector<ConsumerInfo>> Model::ListConsumers(
    const std::string& stream) const {
  if (!IsToken(stream)) return Silence();
  const Stream* const found = Find(stream);
  if (found == nullptr) return StreamNotFound();
  std::vector<ConsumerInfo> infos;
  for (const auto& [name, consumer] : found->consumers()) {
    infos.push_back(consumer->Info(now_));
  }
  return infos;
}

Answer<Done> Model::DeleteConsumer(const std::string& stream,
                                   const std::string& name) {
  if (!IsToken(stream) || !IsToken(name)) return Silence();
  Stream* const found = Find(stream);
  if (found == nullptr) return StreamNotFound();
  return found->DeleteConsumer(name, now_);
}

Answer<Done> Model::PauseConsumer(const std::string& stream,
                                  const std::string& name, absl::Time until) {
  if (!Has(version(), Difference::kPause)) return Silence();
  Stream* const found = Find(stream);
  if (found == nullptr) return StreamNotFound();
  Consumer* const consumer = found->FindConsumer(name);
  if (consumer == nullptr) return ConsumerNotFound();
  consumer->Pause(until, now_);
  found->Serve(*consumer, now_);
  return Done();
}

Answer<Done> Model::ResetConsumer(const std::string& stream,
                                  const std::string& name, uint64_t sequence) {
  if (!Has(version(), Difference::kReset)) return Silence();
  // The consumer itself listens, so nobody does if there is none.
  Consumer* const consumer = Find(stream, name);
  if (consumer == nullptr) return Silence();
  Answer<Done> answer = consumer->Reset(sequence, now_);
  if (answer.ok()) Find(stream)->Serve(*consumer, now_);
  return answer;
}

// ---- deliver

bool Model::Pull(const std::string& stream, const std::string& consumer,
                 const PullRequest& request, const Inbox& inbox) {
  Consumer* const found = Find(stream, consumer);
  if (found == nullptr) return false;
  found->Pull(request, inbox, now_);
  Find(stream)->Serve(*found, now_);
  return true;
}

bool Model::Settle(const DeliveryId& id, const Settlement& settlement) {
  if (Find(id.stream, id.consumer) == nullptr) return false;
  Find(id.stream)->Settle(id, settlement, now_);
  return true;
}

void Model::DropInterest(uint64_t client, std::string_view pattern) {
  for (const auto& [name, stream] : streams_) {
    for (const auto& [consumer_name, consumer] : stream->consumers()) {
      consumer->DropInterest(client, pattern);
    }
  }
}

// ---- faults

void Model::ChangeLeader(const std::string& stream,
                         const std::string& consumer) {
  Consumer* const found = Find(stream, consumer);
  if (found != nullptr) found->EndPulls(409, "Leadership Change");
}

void Model::Restart() {
  std::erase_if(streams_, [](const auto& stream) {
    return stream.second->config().storage == Storage::kMemory;
  });
  for (const auto& [name, stream] : streams_) stream->Restart();
}

}  // namespace walnats::testing::model
