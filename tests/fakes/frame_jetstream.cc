#include "tests/fakes/frame_jetstream.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "tests/fakes/frame_ack.h"
#include "tests/fakes/frame_api.h"
#include "tests/fakes/frame_direct.h"
#include "tests/fakes/frame_json.h"
#include "tests/fakes/frame_pull.h"
#include "walnats/base/strings.h"
#include "walnats/nats/ack_subject.h"
#include "walnats/testing/jetstream_model/subject.h"

namespace walnats::nats {
namespace {

namespace model = testing::model;
using model::Difference;
using transport::Outgoing;

constexpr std::string_view kPull = "CONSUMER.MSG.NEXT.";

// v1 of an ack subject, which is all that this server gives out.
constexpr std::ptrdiff_t kAckTokens = 9;

// Its stream as the error names it.
std::string StreamOf(const model::Model& model, std::string_view subject) {
  for (const transport::StreamInfo& info : model.ListStreams()) {
    if (model::MatchesAny(info.config.subjects, subject)) {
      return info.config.name;
    }
  }
  return "";
}

std::shared_ptr<const FrameText> Addressed(FrameText frame,
                                           const std::string& subject) {
  frame.subject = subject;
  return std::make_shared<const FrameText>(std::move(frame));
}

}  // namespace

FrameJetStream::FrameJetStream(TimerQueue& clock, FrameRoutes& routes,
                               const model::ModelOptions& options)
    : clock_(clock),
      routes_(routes),
      model_(options, clock.Now()),
      timer_(clock, [this] { Pump(); }) {}

bool FrameJetStream::Take(uint64_t connection, const FrameText& message) {
  model_.AdvanceTo(clock_.Now());
  bool taken = false;
  if (message.subject.starts_with(kApiPrefix)) {
    taken = Call(connection, message);
  } else if (IsAckSubject(message.subject)) {
    taken = Settle(connection, message);
  } else {
    const std::vector<Header> headers = HeaderViews(message.headers);
    taken = Store({.subject = message.subject,
                   .headers = headers,
                   .body = message.body,
                   .reply = message.reply});
  }
  SendActions();
  return taken;
}

// ---- $JS.API

bool FrameJetStream::Call(uint64_t connection, const FrameText& message) {
  const std::string_view path =
      std::string_view(message.subject).substr(kApiPrefix.size());
  if (message.reply.empty() || IsSilent(StreamOfApi(path))) return true;
  // Who pulls or reads what does not exist hears nothing from old servers.
  const bool silence = !Has(model_.version(), Difference::kMissingConsumer503);
  if (path.starts_with(kPull)) return Pull(connection, message) || silence;
  if (path.starts_with(kDirectGet)) return GetDirectly(message) || silence;
  const std::string answer = AskApi(model_, path, message.body);
  if (!answer.empty()) Answer(message.reply, answer);
  return true;
}

bool FrameJetStream::Pull(uint64_t connection, const FrameText& message) {
  std::string_view names = message.subject;
  names.remove_prefix(kApiPrefix.size() + kPull.size());
  const std::size_t dot = names.find('.');
  if (dot == std::string_view::npos) return false;
  return PullFrom(std::string(names.substr(0, dot)),
                  std::string(names.substr(dot + 1)), message.body,
                  {.client = connection, .subject = message.reply});
}

bool FrameJetStream::PullFrom(const std::string& stream,
                              const std::string& consumer,
                              std::string_view body,
                              const model::Inbox& inbox) {
  if (!routes_.HasInterest(inbox.subject)) return true;
  const absl::StatusOr<model::PullRequest> request = ReadPull(body);
  if (request.ok()) return model_.Pull(stream, consumer, *request, inbox);
  if (!model_.GetConsumer(stream, consumer).ok()) return false;
  const std::string why =
      Cat("Bad Request - ", ToStd(request.status().message()));
  routes_.Send(inbox.subject, Addressed(StatusFrame(400, why), inbox.subject));
  return true;
}

bool FrameJetStream::GetDirectly(const FrameText& message) {
  std::string_view path = message.subject;
  path.remove_prefix(kApiPrefix.size() + kDirectGet.size());
  auto frames = nats::GetDirectly(model_, path, message.body);
  if (!frames) return false;
  for (FrameText& frame : *frames) {
    routes_.Send(message.reply, Addressed(std::move(frame), message.reply));
  }
  return true;
}

// ---- acks and publishes

bool FrameJetStream::Settle(uint64_t connection, const FrameText& message) {
  const std::string& subject = message.subject;
  if (std::ranges::count(subject, '.') + 1 != kAckTokens) return false;
  const std::optional<transport::DeliveryInfo> info = ParseAckSubject(subject);
  if (!info) return true;
  if (IsSilent(info->stream)) return true;
  const model::DeliveryId id = {.stream = std::string(info->stream),
                                .consumer = std::string(info->consumer),
                                .stream_sequence = info->stream_sequence,
                                .consumer_sequence = info->consumer_sequence,
                                .delivered = info->delivered};
  const auto settlement = ReadSettlement(message.body, model_.version());
  const bool exists = settlement
                          ? model_.Settle(id, *settlement)
                          : model_.GetConsumer(id.stream, id.consumer).ok();
  if (!exists) return false;
  if (const auto next = ReadNext(message.body)) {
    if (message.reply.empty()) return true;
    return PullFrom(id.stream, id.consumer, *next,
                    {.client = connection, .subject = message.reply});
  }
  if (!message.reply.empty()) Answer(message.reply, "");
  return true;
}

bool FrameJetStream::Store(const Outgoing& message) {
  if (IsSilentAbout(message.subject)) return true;
  const auto answer = model_.Publish(message);
  if (!answer) return false;
  if (message.reply.empty()) return true;
  const std::string reply(message.reply);
  if (!answer->ok()) {
    const model::Refusal& refusal = answer->refusal();
    if (refusal.silent()) return true;
    Answer(reply, PubRefusalJson(refusal, StreamOf(model_, message.subject)));
  } else if (const auto* stored = std::get_if<model::Published>(&**answer)) {
    Answer(reply, PubAckJson(*stored));
  } else if (std::get<model::Staged>(**answer).answered) {
    Answer(reply, "");
  }
  return true;
}

void FrameJetStream::Answer(const std::string& to, std::string_view body) {
  routes_.Send({.subject = to, .headers = {}, .body = body, .reply = {}});
}

// ---- faults

void FrameJetStream::DropInterest(uint64_t connection,
                                  std::string_view pattern) {
  model_.AdvanceTo(clock_.Now());
  model_.DropInterest(connection, pattern);
  Pump();
}

void FrameJetStream::Restart() {
  model_.AdvanceTo(clock_.Now());
  model_.Restart();
  silent_until_.clear();
  Pump();
}

void FrameJetStream::ChangeLeader(const std::string& stream, absl::Time until) {
  model_.AdvanceTo(clock_.Now());
  const auto consumers = model_.ListConsumers(stream);
  if (!consumers.ok()) return;
  for (const transport::ConsumerInfo& info : *consumers) {
    model_.ChangeLeader(stream, info.config.name);
  }
  silent_until_[stream] = until;
  Pump();
}

bool FrameJetStream::IsSilent(std::string_view stream) {
  if (silent_until_.empty()) return false;
  const auto found = silent_until_.find(stream);
  if (found == silent_until_.end()) return false;
  if (found->second > clock_.Now()) return true;
  silent_until_.erase(found);
  return false;
}

bool FrameJetStream::IsSilentAbout(std::string_view subject) {
  return !silent_until_.empty() && IsSilent(StreamOf(model_, subject));
}

// ---- out

void FrameJetStream::Pump() {
  model_.AdvanceTo(clock_.Now());
  SendActions();
  const absl::Time next = model_.next();
  if (next == absl::InfiniteFuture()) {
    timer_.Cancel();
  } else if (next != timer_.when()) {
    timer_.Set(next);
  }
}

// What is told may be stored, and serve consumers.
void FrameJetStream::SendActions() {
  for (;;) {
    const std::vector<model::Action> actions = model_.TakeActions();
    if (actions.empty()) return;
    for (const model::Action& action : actions) {
      std::visit([this](const auto& one) { Send(one); }, action);
    }
  }
}

void FrameJetStream::Send(const model::Deliver& delivery) {
  FrameText frame;
  frame.subject = delivery.message->subject;
  frame.reply = WriteAckSubject(delivery);
  frame.headers = delivery.message->headers;
  frame.body = delivery.message->body;
  routes_.Send(delivery.inbox.subject,
               std::make_shared<const FrameText>(std::move(frame)));
}

void FrameJetStream::Send(const model::PullStatus& status) {
  FrameText frame = StatusFrame(status.code, status.description);
  if (status.pending_messages) {
    frame.headers.push_back(
        {"Nats-Pending-Messages", Cat(*status.pending_messages)});
  }
  if (status.pending_bytes) {
    frame.headers.push_back({"Nats-Pending-Bytes", Cat(*status.pending_bytes)});
  }
  if (status.last_consumer && status.last_stream) {
    frame.headers.push_back({"Nats-Last-Consumer", Cat(*status.last_consumer)});
    frame.headers.push_back({"Nats-Last-Stream", Cat(*status.last_stream)});
  }
  const std::string& inbox = status.inbox.subject;
  routes_.Send(inbox, Addressed(std::move(frame), inbox));
}

void FrameJetStream::Send(const model::Advisory& advisory) {
  const Outgoing message{.subject = advisory.subject,
                         .headers = {},
                         .body = advisory.body,
                         .reply = {}};
  routes_.Send(message);
  Store(message);
}

}  // namespace walnats::nats
