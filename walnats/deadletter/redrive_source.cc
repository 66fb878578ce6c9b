#include "walnats/deadletter/redrive_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/base/steps.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/deadletter/records.h"
#include "walnats/deadletter/redrive_message.h"
#include "walnats/deadletter/streams.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

// How long what cannot be given to its actor waits until it is tried again.
constexpr absl::Duration kUnroutable = absl::Seconds(30);
constexpr absl::Duration kUndecodable = absl::Minutes(10);
constexpr absl::Duration kStandsStill = absl::Seconds(10);
constexpr absl::Duration kUnanswered = absl::Seconds(5);

// Then its messages are given back, or they would take all the places of other
// actors. Not those of an order per key: they might come again in another one.
// But what has given up never goes on, and another process may.
bool StandsStill(const ActorRunner& runner) {
  if (runner.given_up()) return true;
  if (runner.actor().options().order == Order::kPerKey) return false;
  return runner.closed(Gate::kPaused) || runner.closed(Gate::kBreaker) ||
         runner.closed(Gate::kUnverified);
}

// Of the deliveries before this one, those that were no attempts.
Task<absl::StatusOr<int64_t>> ReadIdle(transport::Transport& transport,
                                       uint64_t letter,
                                       v1::DeadLetterRecord about,
                                       int64_t delivered) {
  if (delivered <= 1) co_return 0;
  const absl::StatusOr<std::optional<v1::DeadLetterRecord>> deferred =
      co_await ReadRecord(transport, letter,
                          v1::DeadLetterRecord::KIND_DEFERRED,
                          std::move(about));
  if (!deferred.ok()) co_return deferred.status();
  if (!deferred->has_value()) co_return 0;
  co_return std::min((*deferred)->deliveries(), delivered - 1);
}

}  // namespace

RedriveSource::RedriveSource(std::string service,
                             RedriveEnvironment environment)
    : service_(std::move(service)),
      object_(Cat("redrive of service ", Quoted(service_))),
      environment_(std::move(environment)),
      rest_timer_(environment_.clock, [this] { UpdateWant(); }),
      ensure_timer_(environment_.clock, [this] { Ensure(); }),
      unroutable_timer_(environment_.clock, [this] { EndUnroutable(); }) {}

RedriveSource::~RedriveSource() = default;

void RedriveSource::Add(ActorRunner& runner) {
  const Actor& actor = runner.actor();
  runners_[{actor.name(), actor.event().stream_name()}] = &runner;
  ack_wait_ = std::max(ack_wait_, actor.options().ack_wait);
}

void RedriveSource::Begin() { Ensure(); }

void RedriveSource::Close() {
  closing_ = true;
  rest_timer_.Cancel();
  ensure_timer_.Cancel();
  unroutable_timer_.Cancel();
  if (flow_) flow_->Want(0);
}

void RedriveSource::Stop() { flow_.reset(); }

void RedriveSource::UpdateWant() {
  if (closing_ || !flow_) return;
  // What none of its actors will ever start is for other processes.
  const bool done = std::ranges::all_of(
      runners_, [](const auto& one) { return one.second->given_up(); });
  const bool rests = environment_.clock.Now() < rests_until_;
  const int held = taken_ + working_ + static_cast<int>(incoming_.size());
  flow_->Want(done || rests ? 0 : std::max(kHeld - held, 0));
}

// Longer than it is put off.
void RedriveSource::Rest() {
  rests_until_ = environment_.clock.Now() + 2 * kStandsStill;
  if (!closing_) rest_timer_.Set(rests_until_);
}

void RedriveSource::Work(Task<absl::Status> task) {
  ++working_;
  Spawn(environment_.clock.executor(), std::move(task),
        [this](const absl::Status&) {
          --working_;
          UpdateWant();
        });
}

ActorRunner* RedriveSource::RunnerOf(std::string_view subject) const {
  const RedriveRoute route = RouteOf(subject);
  const auto found = runners_.find(
      std::pair(std::string(route.actor), std::string(route.stream)));
  return found == runners_.end() ? nullptr : found->second;
}

// ---- deliveries

void RedriveSource::OnDelivery(transport::Delivery delivery) {
  AtStep("redrive: taken");
  const std::optional<Origin> origin = RedrivenOrigin(delivery.message());
  if (!origin.has_value()) {
    BeginUnroutable(object_,
                    Cat("message ", delivery.info().stream_sequence,
                        " of stream \"walnats-redrive\" does not say which "
                        "message it was: remove it, or wait for who knows it"),
                    kUndecodable);
    return Nak(std::move(delivery), kUndecodable);
  }
  const RedriveRoute route = RouteOf(delivery.message().subject());
  ActorRunner* const runner = RunnerOf(delivery.message().subject());
  if (runner == nullptr) {
    const std::string object = Cat("redrive to actor ", Quoted(route.actor),
                                   " of stream ", Quoted(route.stream));
    const std::string why =
        Cat("service ", Quoted(service_), " has no such actor in this process");
    BeginUnroutable(object,
                    Cat(why, "; dead letter ", origin->letter, " waits"),
                    kUnroutable);
    return PutOff(std::move(delivery), why, kUnroutable);
  }
  Incoming& incoming = *incoming_.emplace_back(
      new Incoming{std::move(delivery), *origin, runner});
  Spawn(environment_.clock.executor(), LookUp(incoming),
        [this, &incoming](absl::Status status) {
          incoming.known = true;
          incoming.status = std::move(status);
          PassOn();
        });
}

Task<absl::Status> RedriveSource::LookUp(Incoming& incoming) {
  transport::Transport& transport = environment_.transport;
  const uint64_t number = incoming.origin.letter;
  const v1::DeadLetterRecord about =
      RecordAbout(incoming.origin, incoming.runner->actor().name());
  const absl::StatusOr<std::optional<v1::DeadLetterRecord>> settled =
      co_await ReadRecord(transport, number, v1::DeadLetterRecord::KIND_SETTLED,
                          about);
  if (!settled.ok()) co_return settled.status();
  incoming.settled = settled->has_value();
  const absl::StatusOr<int64_t> idle = co_await ReadIdle(
      transport, number, about,
      static_cast<int64_t>(incoming.delivery.info().delivered));
  if (!idle.ok()) co_return idle.status();
  incoming.idle = *idle;
  co_return absl::OkStatus();
}

void RedriveSource::PassOn() {
  while (!incoming_.empty() && incoming_.front()->known) {
    const std::unique_ptr<Incoming> next = std::move(incoming_.front());
    incoming_.pop_front();
    Route(*next);
  }
  UpdateWant();
}

void RedriveSource::Route(Incoming& incoming) {
  transport::Delivery& delivery = incoming.delivery;
  if (!incoming.status.ok()) return Nak(std::move(delivery), kUnanswered);
  if (incoming.settled) {
    const absl::Time deadline = Deadline(delivery);
    environment_.transport.Settle(std::move(delivery), transport::Ack{},
                                  deadline);
    return AtStep("redrive: acked");
  }
  if (StandsStill(*incoming.runner)) {
    if (incoming.runner->given_up()) Rest();
    return PutOff(std::move(delivery));
  }
  ++taken_;
  incoming.runner->Take(std::move(delivery), *this, incoming.idle);
}

void RedriveSource::OnReleased() {
  --taken_;
  UpdateWant();
}

// ---- ends

void RedriveSource::Finish(transport::Delivery delivery, JobVerdict verdict,
                           absl::Time deadline) {
  AtStep("redrive: handled");
  Work(FinishOne(std::move(delivery), verdict, deadline));
}

// The record first: an ack that gets lost after it has no second handling as
// its consequence. Without a record, as long as it cannot be stored, that may
// happen; never to ack would make it sure.
Task<absl::Status> RedriveSource::FinishOne(transport::Delivery delivery,
                                            JobVerdict verdict,
                                            absl::Time deadline) {
  transport::Transport& transport = environment_.transport;
  const absl::Status stored =
      co_await StoreSettled(delivery, verdict, deadline);
  if (stored.ok()) {
    AtStep("redrive: settled");
  } else {
    Log(LogLevel::kWarning, object_, ": ", stored.ToString());
  }
  if (environment_.clock.Now() > deadline) co_return stored;
  if (verdict == JobVerdict::kDead) {
    transport.Settle(std::move(delivery), transport::Term{"dead again"},
                     deadline);
  } else {
    transport.Settle(std::move(delivery), transport::Ack{}, deadline);
  }
  AtStep("redrive: acked");
  co_return stored;
}

Task<absl::Status> RedriveSource::StoreSettled(
    const transport::Delivery& delivery, JobVerdict verdict,
    absl::Time deadline) {
  const transport::Message& message = delivery.message();
  const std::optional<Origin> origin = RedrivenOrigin(message);
  v1::DeadLetterRecord record =
      RecordAbout(*origin, RouteOf(message.subject()).actor);
  const absl::Time now = environment_.clock.Now();
  record.set_kind(v1::DeadLetterRecord::KIND_SETTLED);
  *record.mutable_at() = ToProto(now);
  record.set_by(service_);
  record.set_reason(verdict == JobVerdict::kDead ? "dead" : "handled");
  transport::PublishOptions options;
  options.unsent_limit = 0.4 * (deadline - now);
  options.resolve_within = 0.4 * (deadline - now);
  const absl::StatusOr<bool> stored = co_await StoreRecord(
      environment_.transport, origin->letter, record, options);
  co_return stored.status();
}

void RedriveSource::PutOff(transport::Delivery delivery) {
  PutOff(std::move(delivery), "its actor stands still", kStandsStill);
}

void RedriveSource::PutOff(transport::Delivery delivery, std::string why,
                           absl::Duration delay) {
  Work(NoteAndNak(std::move(delivery), std::move(why), delay));
}

Task<absl::Status> RedriveSource::NoteAndNak(transport::Delivery delivery,
                                             std::string why,
                                             absl::Duration delay) {
  absl::Status noted = co_await Note(delivery, std::move(why));
  // Without the note it counts as an attempt.
  Nak(std::move(delivery), delay);
  co_return noted;
}

Task<absl::Status> RedriveSource::Note(const transport::Delivery& delivery,
                                       std::string why) {
  const transport::Message& message = delivery.message();
  const std::optional<Origin> origin = RedrivenOrigin(message);
  v1::DeadLetterRecord record =
      RecordAbout(*origin, RouteOf(message.subject()).actor);
  const absl::StatusOr<int64_t> idle =
      co_await ReadIdle(environment_.transport, origin->letter, record,
                        static_cast<int64_t>(delivery.info().delivered));
  if (!idle.ok()) co_return idle.status();
  record.set_kind(v1::DeadLetterRecord::KIND_DEFERRED);
  *record.mutable_at() = ToProto(environment_.clock.Now());
  record.set_by(service_);
  record.set_reason(why);
  record.set_deliveries(*idle + 1);
  co_return co_await ReplaceRecord(environment_.transport, origin->letter,
                                   record);
}

void RedriveSource::Nak(transport::Delivery delivery, absl::Duration delay) {
  const absl::Time deadline = Deadline(delivery);
  environment_.transport.Settle(std::move(delivery), transport::Nak{delay},
                                deadline);
}

absl::Time RedriveSource::Deadline(const transport::Delivery& delivery) const {
  const absl::Time sent =
      std::min(environment_.clock.Now(), delivery.info().sent);
  return sent + 0.9 * ack_wait_;
}

}  // namespace walnats::internal
