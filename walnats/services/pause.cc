#include "walnats/services/pause.h"

#include <utility>

#include "walnats/base/log.h"
#include "walnats/base/strings.h"

namespace walnats::internal {
namespace {

constexpr int kPauseLevel = 1;
constexpr std::string_view kBucket = "walnats-control";
constexpr std::string_view kForever = "forever";
constexpr std::string_view kKeys = "pause.>";
constexpr absl::Time kLastDay = absl::FromUnixSeconds(253'402'214'400);

std::string KeyOf(std::string_view stream, std::string_view actor) {
  return Cat("pause.", stream, ".", actor);
}

Bucket ControlBucket(Client client, bool create) {
  return Bucket(std::move(client), kBucket,
                {.description = "Which actors are paused, by walnats.",
                 .create = create});
}

// The revision of what is stored; 0 of a resume.
Task<absl::StatusOr<uint64_t>> Record(transport::Transport& transport,
                                      Client client, std::string stream,
                                      std::string actor, absl::Time until) {
  const absl::StatusOr<transport::ConsumerInfo> there =
      co_await transport.GetConsumer(stream, actor);
  if (!there.ok()) co_return there.status();
  const Bucket bucket = ControlBucket(std::move(client), true);
  const std::string key = KeyOf(stream, actor);
  if (until != absl::InfinitePast()) {
    const std::string record = PauseRecord(until);
    co_return co_await bucket.Put(key, record);
  }
  const absl::Status deleted = co_await bucket.Delete(key);
  if (!deleted.ok()) co_return deleted;
  co_return 0;
}

}  // namespace

bool PausesConsumers(const transport::Transport& transport) {
  return transport.server().features.api_level >= kPauseLevel;
}

absl::Time PausedUntil(const transport::ConsumerInfo& info) {
  if (!info.paused) return absl::InfinitePast();
  // For ever is the last year that RFC 3339 can say.
  const bool ends = info.paused_until < kLastDay;
  return ends ? info.paused_until : absl::InfiniteFuture();
}

std::string PauseRecord(absl::Time until) {
  if (until == absl::InfiniteFuture()) return std::string(kForever);
  return absl::FormatTime(absl::RFC3339_full, until, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> ParsePauseRecord(std::string_view value) {
  if (value == kForever) return absl::InfiniteFuture();
  absl::Time until;
  std::string problem;
  if (absl::ParseTime(absl::RFC3339_full, ToAbsl(value), &until, &problem)) {
    return until;
  }
  return Error(absl::StatusCode::kDataLoss,
               "record of a pause: ", Quoted(value), ": ", problem);
}

Task<absl::Status> PauseActor(transport::Transport& transport, Client client,
                              std::string stream, std::string actor,
                              absl::Time until) {
  if (PausesConsumers(transport)) {
    co_return co_await transport.PauseConsumer(stream, actor, until);
  }
  Task<absl::StatusOr<uint64_t>> recorded =
      Record(transport, std::move(client), stream, actor, until);
  co_return (co_await std::move(recorded)).status();
}

Task<absl::Status> ResumeActor(transport::Transport& transport, Client client,
                               std::string stream, std::string actor) {
  return PauseActor(transport, std::move(client), std::move(stream),
                    std::move(actor), absl::InfinitePast());
}

Task<absl::Time> RecordedPause(Client client, std::string stream,
                               std::string actor) {
  const Bucket bucket = ControlBucket(std::move(client), false);
  const std::string key = KeyOf(stream, actor);
  const absl::StatusOr<KvEntry> entry = co_await bucket.Get(key);
  if (!entry.ok()) co_return absl::InfinitePast();
  co_return ParsePauseRecord(entry->value).value_or(absl::InfinitePast());
}

// ---- watching

PauseWatch::PauseWatch(Client client, TimerQueue& clock,
                       absl::Duration interval)
    // The bucket is made by the first pause: there is none where nobody pauses.
    : follower_(ControlBucket(std::move(client), false), std::string(kKeys),
                clock, interval,
                {.changed = [this](const KvEntry& entry) { Apply(entry); }}) {}

void PauseWatch::Add(const std::string& stream, const std::string& actor,
                     Set set) {
  watched_[KeyOf(stream, actor)].set = std::move(set);
}

// Somebody else's change may be stored behind it and told before its answer
// comes: to apply it then would last, for nothing is told any more. One that
// was stored before it may be told later.
Task<absl::Status> PauseWatch::Pause(transport::Transport& transport,
                                     Client client, std::string stream,
                                     std::string actor, absl::Time until) {
  Watched& watched = watched_[KeyOf(stream, actor)];
  const uint64_t before = watched.newest();
  Task<absl::StatusOr<uint64_t>> recorded =
      Record(transport, std::move(client), stream, actor, until);
  const absl::StatusOr<uint64_t> revision = co_await std::move(recorded);
  if (!revision.ok()) co_return revision.status();
  const uint64_t now = watched.newest();
  const bool resumes = *revision == 0;
  const bool newest = resumes ? now == before : *revision > now;
  if (!newest) co_return absl::OkStatus();
  watched.stored = *revision;
  if (watched.set) watched.set(until);  // or Load will
  co_return absl::OkStatus();
}

void PauseWatch::Apply(const KvEntry& entry) {
  const auto found = watched_.find(entry.key);
  if (found == watched_.end() || !found->second.set) return;
  Watched& watched = found->second;
  if (entry.revision < watched.stored) return;
  watched.told = entry.revision;
  watched.stored = 0;
  if (entry.operation != KvOperation::kPut) {
    return watched.set(absl::InfinitePast());
  }
  const absl::StatusOr<absl::Time> until = ParsePauseRecord(entry.value);
  if (until.ok()) return watched.set(*until);
  Log(LogLevel::kWarning, "bucket \"", kBucket, "\": key \"", entry.key,
      "\": ", until.status().message());
}

}  // namespace walnats::internal
