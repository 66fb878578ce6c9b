#include "tests/simulation/streams.h"

#include <utility>

namespace walnats::simulation {

Streams::Streams(Stage& stage) : stage_(stage) {
  for (const int event : stage.schedule.events) streams_[event];
  missing_ = static_cast<int>(streams_.size());
}

void Streams::LookForMissing() {
  for (auto& [event, stream] : streams_) {
    if (!stream.missing) continue;
    const std::string name = kEvents[event].stream_name();
    const auto info = stage_.server.model().GetStream(name);
    if (!info.ok()) continue;
    stream.missing = false;
    --missing_;
    if (!stream.gone.empty()) ++remade_;
    stage_.Note("stream ", name, " is there");
    // As fine as it is shown to anybody.
    stage_.oracle.incarnations().OnMade(
        name, absl::FromUnixNanos(absl::ToUnixNanos(info->created)));
  }
}

void Streams::Delete(int event) {
  Look();
  Stream& stream = streams_.at(event);
  if (stream.missing) return;
  testing::model::Model& model = stage_.server.model();
  model.AdvanceTo(stage_.clock.Now());
  const std::string name = kEvents[event].stream_name();
  stream.config = model.GetStream(name)->config;
  stream.consumers.clear();
  const auto consumers = model.ListConsumers(name);
  for (const transport::ConsumerInfo& consumer : *consumers) {
    stream.consumers.push_back(consumer.config);
    stage_.oracle.pauses().OnResume({name, consumer.config.name});
  }
  stream.gone.push_back(Messages(name));
  model.DeleteStream(name);
  stream.missing = true;
  ++missing_;
  stage_.server.Pump();
}

void Streams::MakeAgain(int event, bool consumers) {
  Look();
  Stream& stream = streams_.at(event);
  if (!stream.missing || stream.gone.empty()) return;
  testing::model::Model& model = stage_.server.model();
  model.AdvanceTo(stage_.clock.Now());
  model.CreateStream(stream.config);
  if (consumers) {
    for (const transport::ConsumerConfig& consumer : stream.consumers) {
      transport::ConsumerConfig config = consumer;
      // What it began with was a place in the old one.
      config.deliver = transport::DeliverPolicy::kAll;
      config.start_sequence = 0;
      model.PutConsumer(stream.config.name, config,
                        testing::model::ConsumerAction::kCreate);
    }
  }
  stage_.server.Pump();
  Look();
}

EmitBook::Stream Streams::Messages(const std::string& stream) const {
  const testing::model::Model& model = stage_.server.model();
  const uint64_t last = model.GetStream(stream)->last_sequence;
  EmitBook::Stream messages;
  for (uint64_t sequence = 1; sequence <= last; ++sequence) {
    auto message = model.GetMessage(stream, {.sequence = sequence});
    if (message.ok()) messages.push_back(*std::move(message));
  }
  return messages;
}

int Streams::CheckAll() {
  int stored = 0;
  for (auto& [event, stream] : streams_) {
    const std::string name = kEvents[event].stream_name();
    std::vector<EmitBook::Stream> all = stream.gone;
    all.push_back(Messages(name));
    for (const EmitBook::Stream& one : all) {
      stored += static_cast<int>(one.size());
    }
    const absl::Duration declared = kEvents[event].limits().duplicates;
    const absl::Duration window =
        declared == absl::ZeroDuration() ? absl::Minutes(2) : declared;
    stage_.oracle.emits().CheckStream(
        {name, window, kEvents[event].message_ids()}, all);
    const auto info = stage_.server.model().GetStream(name);
    stage_.oracle.deliveries().CheckDone(name, info->last_sequence);
  }
  return stored;
}

}  // namespace walnats::simulation
