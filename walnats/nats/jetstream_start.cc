// How a JetStream comes to life, and learns what its server can do.

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "walnats/base/log.h"
#include "walnats/base/strings.h"
#include "walnats/nats/jetstream.h"
#include "walnats/runtime/spawn.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using transport::Features;
using transport::State;

constexpr int kNotEnabledForAccount = 10039;
constexpr int kNotEnabled = 10076;
constexpr absl::Duration kAskAgain = absl::Milliseconds(50);
constexpr absl::Duration kRefreshAgain = absl::Seconds(1);

absl::StatusOr<std::string> Text(std::string_view json) {
  return std::string(json);
}

ApiCall InfoCall() {
  return {.act = "get account info", .subject = "$JS.API.INFO", .body = ""};
}

absl::StatusOr<Features> Read(const absl::StatusOr<std::string>& json,
                              const std::string& version) {
  if (!json.ok()) return json.status();
  return ParseAccountInfo(*json, version);
}

bool IsNotEnabled(const absl::Status& status) {
  const std::optional<int> code = ServerCode(status);
  return code == kNotEnabledForAccount || code == kNotEnabled;
}

// The server may not be ready, or the connection not back, yet.
bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

Task<absl::StatusOr<std::unique_ptr<JetStream>>> JetStream::Start(
    std::unique_ptr<Wire> wire, TimerQueue& clock, JetStreamOptions options) {
  auto started =
      absl::WrapUnique(new JetStream(std::move(wire), clock, options));
  absl::Status found = co_await started->FindFeatures();
  if (!found.ok()) {
    co_await started->Close();
    co_return found;
  }
  started->started_ = true;
  co_return std::move(started);
}

Task<absl::Status> JetStream::FindFeatures() {
  const absl::Time until = clock_.Now() + options_.start_limit;
  for (;;) {
    Task<absl::StatusOr<std::string>> ask =
        api_.Ask<std::string>(InfoCall(), &Text);
    absl::StatusOr<std::string> json = co_await std::move(ask);
    const absl::StatusOr<Features> features = Read(json, server_.version);
    if (features.ok()) {
      server_.features = *features;
      co_return absl::OkStatus();
    }
    const absl::Status& status = features.status();
    if (IsNotEnabled(status)) co_return NotEnabled(status);
    if (!IsPassing(status)) co_return status;
    if (clock_.Now() >= until) {
      const bool silent = state_ == State::kUp && absl::IsUnavailable(status);
      co_return silent ? NotEnabled(status) : status;
    }
    co_await clock_.Sleep(std::min(kAskAgain, until - clock_.Now()));
  }
}

absl::Status JetStream::NotEnabled(const absl::Status& answer) const {
  absl::Status status = Error(
      absl::StatusCode::kFailedPrecondition, "JetStream is not enabled on ",
      server_.url, " (nats-server ", server_.version, "): ", answer.message());
  if (const std::optional<int> code = ServerCode(answer)) {
    SetServerCode(status, *code);
  }
  return status;
}

void JetStream::RefreshFeatures() {
  if (state_ != State::kUp) return;
  Spawn(clock_.executor(), Refresh(self_), [](absl::Status) {});
}

// The connection may be lost or closed, and the JetStream gone, meanwhile.
Task<absl::Status> JetStream::Refresh(std::shared_ptr<JetStream*> self) {
  Task<absl::StatusOr<std::string>> ask =
      (*self)->api_.Ask<std::string>(InfoCall(), &Text);
  absl::StatusOr<std::string> json = co_await std::move(ask);
  if (Ended(self) || (*self)->state_ != State::kUp) co_return absl::OkStatus();
  JetStream* const jetstream = *self;
  const absl::StatusOr<Features> features =
      Read(json, jetstream->server_.version);
  if (features.ok()) {
    jetstream->server_.features = *features;
  } else {
    Log(LogLevel::kDebug, features.status().message(), "; asking again");
    jetstream->refresh_.Set(jetstream->clock_.Now() + kRefreshAgain);
  }
  co_return absl::OkStatus();
}

}  // namespace walnats::nats
