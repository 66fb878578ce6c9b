#include "walnats/services/registrar.h"

#include <algorithm>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/deadletter/streams.h"
#include "walnats/services/register_plan.h"
#include "walnats/services/validate.h"
#include "walnats/status.h"

namespace walnats::internal {
namespace {

// How long lost answers and elections are waited out, per stream or consumer.
constexpr absl::Duration kPatience = absl::Seconds(30);

bool MayPass(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

// Somebody made it, differently or at the same moment, after we had looked.
bool ExistsNow(const absl::Status& status) {
  constexpr int kStreamNameInUse = 10058;
  constexpr int kConsumerExists = 10148;
  const std::optional<int> code = ServerCode(status);
  return code == kStreamNameInUse || code == kConsumerExists;
}

absl::Status Refused(std::string_view what,
                     const std::vector<Difference>& differences,
                     const absl::Status& cause) {
  absl::Status status =
      Error(absl::StatusCode::kFailedPrecondition, "register ", what, ": ",
            Describe(differences), ": ", cause.message());
  if (auto code = ServerCode(cause)) SetServerCode(status, *code);
  return status;
}

// What must not differ; OK if nothing does.
absl::Status CheckFixed(std::string_view what,
                        const std::vector<Difference>& differences) {
  std::vector<Difference> fixed;
  std::copy_if(differences.begin(), differences.end(),
               std::back_inserter(fixed), [](const Difference& difference) {
                 return difference.kind == Difference::Kind::kFixed;
               });
  if (fixed.empty()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "register ", what, ": ",
               Describe(fixed), ": can never change after the first deploy");
}

// What the server says it has must be what it was told: old ones drop fields
// that they do not know, without a word. A start may come back rounded.
absl::Status CheckTaken(std::string_view what,
                        std::vector<Difference> ignored) {
  TakeKept(ignored);
  if (ignored.empty()) return absl::OkStatus();
  return Refused(what, ignored,
                 absl::UnknownError("the server did not take it over"));
}

std::string NameOf(std::string_view stream,
                   const transport::ConsumerConfig& consumer) {
  return Cat("consumer \"", consumer.name, "\" of stream \"", stream, "\"");
}

}  // namespace

void Registrar::Warn(std::string warning) {
  // Said before, in an attempt that had to be repeated.
  if (std::ranges::count(warnings_, warning) > 0) return;
  Log(LogLevel::kWarning, warning);
  warnings_.push_back(std::move(warning));
}

void Registrar::WarnOfReplicas(const EventInfo& event) {
  if (!single_server_ || event.limits().replicas == 1) return;
  if (std::exchange(replicas_said_, true)) return;
  Log(LogLevel::kWarning, "register event \"", event.name(),
      "\": the embedded server is a single one, so one replica instead of ",
      event.limits().replicas, " (said once)");
}

Task<absl::Status> Registrar::Register(const std::vector<Service>& services) {
  for (const EventInfo& event : EventsOf(services)) {
    absl::Status status = co_await RegisterStream(event);
    if (!status.ok()) co_return status;
  }
  for (const Service& service : services) {
    for (const Actor& actor : service.actors) {
      absl::Status status = co_await RegisterConsumer(actor, service.name);
      if (!status.ok()) co_return status;
    }
  }
  co_return absl::OkStatus();
}

Task<absl::Status> Registrar::RegisterStream(const EventInfo& event) {
  WarnOfReplicas(event);
  std::function<Task<absl::Status>()> attempt = [&] {
    return TryStream(event);
  };
  co_return co_await Patiently(attempt);
}

Task<absl::Status> Registrar::RegisterConsumer(const Actor& actor,
                                               const std::string& service) {
  std::function<Task<absl::Status>()> attempt = [&] {
    return TryConsumer(actor, service);
  };
  co_return co_await Patiently(attempt);
}

Task<absl::Status> Registrar::RegisterOwnStream(
    const transport::StreamConfig& declared) {
  std::function<Task<absl::Status>()> attempt = [&] {
    return TryOwnStream(declared);
  };
  co_return co_await Patiently(attempt);
}

Task<absl::Status> Registrar::Patiently(
    const std::function<Task<absl::Status>()>& attempt) {
  const absl::Time limit = clock_.Now() + kPatience;
  for (absl::Duration delay = absl::Milliseconds(50);; delay *= 2) {
    absl::Status status = co_await attempt();
    const bool again = MayPass(status) || ExistsNow(status);
    if (!again || clock_.Now() + delay > limit) co_return status;
    co_await clock_.Sleep(delay);
  }
}

// With `create` off, what is missing is somebody else's to make.
absl::Status Registrar::Missing(const absl::Status& not_found) const {
  absl::Status status = Error(not_found.code(), not_found.message(),
                              " (RegisterOptions::create is off)");
  if (auto code = ServerCode(not_found)) SetServerCode(status, *code);
  return status;
}

Task<absl::Status> Registrar::TryStream(const EventInfo& event) {
  const absl::StatusOr<transport::StreamConfig> declared =
      StreamConfigOf(event, transport_.server().features, single_server_);
  if (!declared.ok()) co_return declared.status();
  absl::StatusOr<transport::StreamInfo> info =
      co_await transport_.GetStream(declared->name);
  if (info.ok()) {
    created_[declared->name] = info->created;
    co_return co_await UpdateStream(*info, *declared);
  }
  if (!absl::IsNotFound(info.status())) co_return info.status();
  if (!options_.create) co_return Missing(info.status());
  info = co_await transport_.CreateStream(*declared);
  if (!info.ok()) co_return info.status();
  created_[declared->name] = info->created;
  co_return CheckTaken(Cat("stream \"", declared->name, "\""),
                       Compare(info->config, *declared));
}

Task<absl::Status> Registrar::UpdateStream(
    const transport::StreamInfo& info,
    const transport::StreamConfig& declared) {
  const std::string what = Cat("stream \"", declared.name, "\"");
  std::vector<Difference> changes = Compare(info.config, declared);
  for (const Difference& kept : TakeKept(changes)) {
    Warn(Cat(what, ": keeps ", kept.field, " ", kept.old_value,
             " instead of the declared ", kept.new_value));
  }
  if (changes.empty()) co_return absl::OkStatus();
  if (absl::Status fixed = CheckFixed(what, changes); !fixed.ok()) {
    co_return fixed;
  }
  if (!options_.update) {
    Warn(Cat(what, ": differs from its declaration: ", Describe(changes)));
    co_return absl::OkStatus();
  }
  const transport::StreamConfig merged = Merge(info.config, declared);
  const absl::StatusOr<transport::StreamInfo> updated =
      co_await transport_.UpdateStream(merged);
  if (!updated.ok()) {
    if (MayPass(updated.status())) co_return updated.status();
    co_return Refused(what, changes, updated.status());
  }
  Log(LogLevel::kInfo, "register ", what, ": updated ", Describe(changes));
  co_return CheckTaken(what, Compare(updated->config, merged));
}

Task<absl::Status> Registrar::TryOwnStream(
    const transport::StreamConfig& declared) {
  const absl::StatusOr<std::vector<std::string>> differences =
      co_await EnsureStream(transport_, declared, options_.create);
  if (absl::IsNotFound(differences.status())) {
    co_return Missing(differences.status());
  }
  if (!differences.ok()) co_return differences.status();
  for (const std::string& difference : *differences) Warn(difference);
  co_return absl::OkStatus();
}

Task<absl::Status> Registrar::TryConsumer(const Actor& actor,
                                          const std::string& service) {
  const std::string stream = actor.event().stream_name();
  const transport::ConsumerConfig declared =
      ConsumerConfigOf(actor, service, transport_.server().features);
  absl::StatusOr<transport::ConsumerInfo> info =
      co_await transport_.GetConsumer(stream, declared.name);
  if (info.ok()) {
    consumers_[{stream, declared.name}] = *info;
    co_return co_await UpdateConsumer(stream, *info, declared);
  }
  if (!absl::IsNotFound(info.status())) co_return info.status();
  if (!options_.create) co_return Missing(info.status());
  info = co_await transport_.CreateConsumer(stream, declared);
  if (!info.ok()) co_return info.status();
  consumers_[{stream, declared.name}] = *info;
  co_return CheckTaken(NameOf(stream, declared),
                       Compare(info->config, declared));
}

Task<absl::Status> Registrar::UpdateConsumer(
    const std::string& stream, const transport::ConsumerInfo& info,
    const transport::ConsumerConfig& declared) {
  const std::string what = NameOf(stream, declared);
  std::vector<Difference> changes = Compare(info.config, declared);
  for (const Difference& kept : TakeKept(changes)) {
    Warn(Cat(what, ": keeps ", kept.field, " ", kept.old_value,
             " instead of the declared ", kept.new_value));
  }
  if (changes.empty()) co_return absl::OkStatus();
  if (!options_.update) {
    Warn(Cat(what, ": differs from its declaration: ", Describe(changes)));
    co_return absl::OkStatus();
  }
  const transport::ConsumerConfig merged = Merge(info.config, declared);
  const absl::StatusOr<transport::ConsumerInfo> updated =
      co_await transport_.UpdateConsumer(stream, merged);
  if (!updated.ok()) {
    if (MayPass(updated.status())) co_return updated.status();
    co_return Refused(what, changes, updated.status());
  }
  Log(LogLevel::kInfo, "register ", what, ": updated ", Describe(changes));
  co_return CheckTaken(what, Compare(updated->config, merged));
}

}  // namespace walnats::internal
