#include "walnats/testing/jetstream_model/model.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "walnats/testing/jetstream_model/refusals.h"
#include "walnats/testing/jetstream_model/stream_config.h"
#include "walnats/testing/jetstream_model/subject.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::testing::model {
namespace {

using transport::ConsumerInfo;
using transport::StreamConfig;
using transport::StreamInfo;

}  // namespace

Model::Model(const ModelOptions& options, absl::Time now)
    : options_(options), now_(now) {}
Model::~Model() = default;

void Model::AdvanceTo(absl::Time now) {
  for (absl::Time due = next(); due <= now; due = next()) {
    now_ = std::max(now_, due);
    for (const auto& [name, stream] : streams_) {
      if (stream->next() <= now_) stream->AdvanceTo(now_);
    }
    assert(next() > now_ && "what is due at a time happens at that time");
  }
  now_ = std::max(now_, now);
}

absl::Time Model::next() const {
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [name, stream] : streams_) {
    next = std::min(next, stream->next());
  }
  return next;
}

std::vector<Action> Model::TakeActions() { return std::exchange(actions_, {}); }

Stream* Model::Find(const std::string& name) const {
  const auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second.get();
}

Stream* Model::FindBySubject(std::string_view subject) const {
  for (const auto& [name, stream] : streams_) {
    if (stream->Takes(subject)) return stream.get();
  }
  return nullptr;
}

Consumer* Model::Find(const std::string& stream,
                      const std::string& consumer) const {
  Stream* const found = Find(stream);
  return found == nullptr ? nullptr : found->FindConsumer(consumer);
}

// ---- streams

std::optional<Refusal> Model::CheckStream(const StreamConfig& config,
                                          const Stream* own) const {
  if (auto refusal = Check(config, version())) return refusal;
  const bool single =
      own == nullptr || Has(version(), Difference::kReplicasCheckedOnUpdate);
  if (config.replicas > 1 && single) return NeedsCluster();
  if (own != nullptr) {
    if (auto refusal = CheckUpdate(own->config(), config, version())) {
      return refusal;
    }
  }
  for (const auto& [name, stream] : streams_) {
    if (stream.get() == own) continue;
    for (const std::string& theirs : stream->config().subjects) {
      const bool overlaps = std::any_of(
          config.subjects.begin(), config.subjects.end(),
          [&theirs](const std::string& ours) { return Overlap(ours, theirs); });
      if (overlaps) return SubjectsOverlap();
    }
  }
  return std::nullopt;
}

Answer<StreamInfo> Model::CreateStream(const StreamConfig& asked) {
  if (!IsToken(asked.name)) return Silence();
  if (asked.name.find_first_of("\\/") != std::string::npos) {
    return StreamNameHasSlash();
  }
  const StreamConfig config = Normalize(asked, version());
  if (const Stream* const old = Find(config.name)) {
    if (auto refusal = Check(config, version())) return *refusal;
    if (config.replicas > 1) return NeedsCluster();
    if (Same(old->config(), config)) return old->Info();
    return StreamExists();
  }
  if (auto refusal = CheckStream(config, nullptr)) return *refusal;
  auto stream = std::make_unique<Stream>(config, version(), actions_, now_);
  const StreamInfo info = stream->Info();
  streams_.emplace(config.name, std::move(stream));
  return info;
}

Answer<StreamInfo> Model::UpdateStream(const StreamConfig& asked) {
  if (!IsToken(asked.name)) return Silence();
  Stream* const stream = Find(asked.name);
  if (stream == nullptr) return StreamNotFound();
  const StreamConfig config = Normalize(asked, version());
  if (auto refusal = CheckStream(config, stream)) return *refusal;
  const Answer<Done> updated = stream->Update(config, now_);
  if (!updated.ok()) return updated.refusal();
  return stream->Info();
}

Answer<StreamInfo> Model::GetStream(const std::string& name) const {
  if (!IsToken(name)) return Silence();
  const Stream* const stream = Find(name);
  if (stream == nullptr) return StreamNotFound();
  return stream->Info();
}

std::vector<StreamInfo> Model::ListStreams() const {
  std::vector<StreamInfo> infos;
  for (const auto& [name, stream] : streams_) infos.push_back(stream->Info());
  return infos;
}

Answer<Done> Model::DeleteStream(const std::string& name) {
  Stream* const stream = Find(name);
  if (stream == nullptr) return IsToken(name) ? StreamNotFound() : Silence();
  stream->End(now_);
  streams_.erase(name);
  return Done();
}

Answer<uint64_t> Model::PurgeStream(const std::string& name,
                                    const transport::PurgeOptions& options) {
  Stream* const stream = Find(name);
  if (stream == nullptr) return IsToken(name) ? StreamNotFound() : Silence();
  return stream->Purge(options, now_);
}

// ---- messages

std::optional<PublishAnswer> Model::Publish(
    const transport::Outgoing& message) {
  // The server ends the connection, whoever may listen.
  const int64_t size = transport::PayloadSize(message.headers, message.body);
  if (size > options_.max_payload) return std::nullopt;
  Stream* const stream = FindBySubject(message.subject);
  if (stream == nullptr) return std::nullopt;
  return stream->Publish(message, now_);
}

Answer<transport::StoredMessage> Model::GetMessage(
    const std::string& stream, const transport::GetOptions& options) const {
  const Stream* const found = Find(stream);
  if (found == nullptr) return StreamNotFound();
  return found->Get(options);
}

Answer<std::vector<transport::StoredMessage>> Model::GetMessages(
    const std::string& stream, const transport::GetManyOptions& options) const {
  const Stream* const found = Find(stream);
  if (found != nullptr) return found->GetMany(options);
  return Has(version(), Difference::kMultiGet) ? NoResponders() : Silence();
}

Answer<Done> Model::EraseMessage(const std::string& stream, uint64_t sequence) {
  Stream* const found = Find(stream);
  if (found == nullptr) return StreamNotFound();
  return found->Erase(sequence, now_);
}

}  // namespace walnats::testing::model
