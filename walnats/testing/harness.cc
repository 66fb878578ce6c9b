#include "walnats/testing/harness.h"

#include <utility>

#include "walnats/base/log.h"
#include "walnats/testing/harness_core.h"
#include "walnats/testing/stored_letter.h"

namespace walnats::testing {
namespace {

// Never destroyed: coroutines that have not ended refer to it, and other
// threads may still be about to resume them.
void LeaveBehind(std::shared_ptr<void> core) {
  static auto& left = *new std::vector<std::shared_ptr<void>>();
  left.push_back(std::move(core));
}

}  // namespace

Harness::Harness(HarnessOptions options)
    : core_(std::make_unique<Core>(std::move(options))) {}

Harness::~Harness() {
  const absl::Status stopped = core_->Stop();
  if (core_->ended()) return;
  Log(LogLevel::kError, "harness: ", stopped.message());
  LeaveBehind(std::shared_ptr<Core>(std::move(core_)));
}

void Harness::Add(Service service) { core_->Add(std::move(service)); }

absl::Status Harness::Start() { return core_->Start(); }

absl::Status Harness::Stop() { return core_->Stop(); }

absl::StatusOr<Receipt> Harness::EmitBytes(const EventInfo& event,
                                           std::string bytes,
                                           EmitOptions options) {
  return Run(core_->EmitBytes(event, std::move(bytes), options));
}

absl::Status Harness::Run(Task<void> task) {
  auto discard = [](Task<void> inner) -> Task<absl::Status> {
    co_await std::move(inner);
    co_return absl::OkStatus();
  };
  return RunToEnd(discard(std::move(task)));
}

absl::Status Harness::RunToEnd(Task<absl::Status> task) {
  return core_->RunToEnd(std::move(task));
}

void Harness::RunUntilIdle() { core_->RunUntilIdle(); }

void Harness::Advance(absl::Duration duration) { core_->Advance(duration); }

std::vector<transport::StoredMessage> Harness::StoredMessages(
    const std::string& stream) const {
  const model::Model& model = core_->server().model();
  std::vector<transport::StoredMessage> messages;
  const auto info = model.GetStream(stream);
  if (!info.ok()) return messages;
  for (uint64_t sequence = info->first_sequence;
       sequence <= info->last_sequence; ++sequence) {
    const auto message = model.GetMessage(stream, {.sequence = sequence});
    if (message.ok()) messages.push_back(*message);
  }
  return messages;
}

std::vector<Attempt> Harness::Attempts(std::string_view actor,
                                       uint64_t sequence) const {
  std::vector<Attempt> attempts;
  for (const Attempt& attempt : core_->attempts()) {
    const bool asked = (actor.empty() || attempt.actor == actor) &&
                       (sequence == 0 || attempt.sequence == sequence);
    if (asked) attempts.push_back(attempt);
  }
  return attempts;
}

std::vector<DeadLetter> Harness::DeadLetters(std::string_view actor) const {
  std::vector<DeadLetter> letters;
  for (const transport::StoredMessage& stored :
       StoredMessages("walnats-dead")) {
    std::optional<DeadLetter> letter = LetterIn(stored);
    if (!letter.has_value()) continue;
    if (actor.empty() || letter->actor == actor) {
      letters.push_back(*std::move(letter));
    }
  }
  return letters;
}

walnats::Health Harness::Health() const { return core_->Health(); }

std::string Harness::Describe() const {
  return core_->Health().Describe() + core_->Waiting();
}

Client Harness::client() const { return core_->client(); }

Clock& Harness::clock() { return core_->clock(); }

void Harness::FailNext(std::string_view actor, int count, absl::Status status) {
  core_->FailNext(actor, count, std::move(status));
}

void Harness::DropAcks(int count) { core_->server().DropSettlements(count); }

void Harness::Disconnect(std::string_view reason) {
  core_->server().Disconnect(reason);
}

void Harness::Reconnect() { core_->server().Reconnect(); }

MemoryServer& Harness::server() { return core_->server(); }

}  // namespace walnats::testing
