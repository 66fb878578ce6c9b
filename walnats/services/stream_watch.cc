#include "walnats/services/stream_watch.h"

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"

namespace walnats::internal {
namespace {

// Questions under way at a time: after a reconnect all streams are in doubt.
constexpr int kMostQuestions = 16;

// Of questions that must be asked again.
constexpr absl::Duration kFirstDelay = absl::Milliseconds(100);
constexpr absl::Duration kLastDelay = absl::Seconds(5);

// For a new leader to catch up.
constexpr absl::Duration kSecondLook = absl::Seconds(1);

}  // namespace

StreamWatch::StreamWatch(transport::Transport& transport, TimerQueue& clock,
                         Conditions& conditions, absl::Duration interval)
    : transport_(transport),
      clock_(clock),
      conditions_(conditions),
      interval_(interval),
      timer_(clock, [this] { AskDue(); }) {}

void StreamWatch::AddStream(transport::StreamConfig declared,
                            absl::Time created,
                            const std::atomic<uint64_t>& acknowledged) {
  Watched& watched = watched_[declared.name];
  watched.known.declared = std::move(declared);
  watched.known.created = created;
  watched.acknowledged = &acknowledged;
}

void StreamWatch::AddRunner(ActorRunner& runner) {
  Find(runner).runners.push_back(&runner);
}

// What was registered may be another one by now.
void StreamWatch::Begin() {
  for (auto& [name, watched] : watched_) Doubt(watched);
  OnUp();
}

StreamWatch::Watched& StreamWatch::Find(const ActorRunner& runner) {
  return watched_.at(runner.actor().event().stream_name());
}

void StreamWatch::Stop() {
  stopped_ = true;
  timer_.Cancel();
}

// ---- doubts

void StreamWatch::OnDown() {
  for (auto& [name, watched] : watched_) {
    Doubt(watched);
    watched.ask_at = absl::InfiniteFuture();
  }
}

void StreamWatch::OnUp() {
  for (auto& [name, watched] : watched_) AskSoon(watched);
  AskDue();
}

void StreamWatch::Doubt(ActorRunner& runner) {
  Watched& watched = Find(runner);
  if (watched.another) return;
  Doubt(watched);
  AskSoon(watched);
  AskDue();
}

void StreamWatch::Doubt(Watched& watched) {
  ++watched.doubts;
  if (watched.another || std::exchange(watched.in_doubt, true)) return;
  watched.delay = kFirstDelay;
  for (ActorRunner* runner : watched.runners) runner->Close(Gate::kUnverified);
}

void StreamWatch::Trust(Watched& watched) {
  if (!std::exchange(watched.in_doubt, false)) return;
  for (ActorRunner* runner : watched.runners) runner->Open(Gate::kUnverified);
}

// ---- questions

void StreamWatch::AskSoon(Watched& watched) {
  if (watched.another) return;
  watched.delay = kFirstDelay;
  watched.ask_at = clock_.Now();
}

void StreamWatch::AskDue() {
  if (stopped_) return;
  const absl::Time now = clock_.Now();
  absl::Time next = absl::InfiniteFuture();
  for (auto& [name, watched] : watched_) {
    if (watched.asking) continue;
    if (watched.ask_at > now) {
      next = std::min(next, watched.ask_at);
    } else if (running_ < kMostQuestions) {
      watched.asking = true;
      ++running_;
      Spawn(clock_.executor(), Ask(watched),
            [this, &watched](const absl::Status&) {
              watched.asking = false;
              --running_;
              AskDue();
            });
    }
  }
  if (next != absl::InfiniteFuture()) timer_.Set(next);
}

Task<absl::Status> StreamWatch::Ask(Watched& watched) {
  watched.ask_at = absl::InfiniteFuture();
  const bool looked_twice = watched.known.ended_early;
  co_await Inquire(watched);
  // A doubt that came meanwhile has asked for another question.
  if (watched.another || watched.ask_at != absl::InfiniteFuture()) {
    co_return absl::OkStatus();
  }
  const absl::Time now = clock_.Now();
  if (watched.in_doubt) {
    watched.ask_at = now + watched.delay;
    watched.delay = std::min(watched.delay * 2, kLastDelay);
  } else if (watched.known.ended_early && !looked_twice) {
    watched.ask_at = now + kSecondLook;
  } else {
    watched.ask_at = now + WatchInterval(interval_, watched_.size());
  }
  co_return absl::OkStatus();
}

Task<StreamWatch::Verdict> StreamWatch::Verify(const std::string& stream) {
  Watched& watched = watched_.at(stream);
  Doubt(watched);
  co_return co_await Inquire(watched);
}

Task<StreamWatch::Verdict> StreamWatch::Inquire(Watched& watched) {
  const uint64_t doubts = watched.doubts;
  // Before the question: what is stored meanwhile is no loss.
  KnownStream known = watched.known;
  known.acknowledged = watched.acknowledged->load(std::memory_order_relaxed);
  for (const ActorRunner* runner : watched.runners) {
    known.delivered = std::max(known.delivered, runner->highest_sequence());
  }
  const absl::StatusOr<transport::StreamInfo> answer =
      co_await transport_.GetStream(known.declared.name);
  const StreamFinding finding = Judge(known, answer);
  // What still runs at a drain must not be settled in another stream.
  const bool another = finding.fate == StreamFate::kAnother;
  if (watched.another || (stopped_ && !another)) {
    co_return Verdict{finding.fate, answer.status()};
  }
  watched.known.ended_early = finding.ends_early;
  Act(watched, finding);
  const bool same = finding.fate == StreamFate::kSame;
  if (same && doubts == watched.doubts) Trust(watched);
  co_return Verdict{finding.fate, answer.status()};
}

// ---- answers

void StreamWatch::Act(Watched& watched, const StreamFinding& finding) {
  const std::string object = StreamObject(watched.known.declared.name);
  switch (finding.fate) {
    case StreamFate::kUnanswered:
      return;
    case StreamFate::kMissing:
      conditions_.Begin(ConditionKind::kStreamMissing, object, finding.detail);
      // What is made in its place must not be taken for it.
      return Doubt(watched);
    case StreamFate::kAnother:
      return OnAnother(watched, finding.detail);
    case StreamFate::kSame:
      break;
  }
  conditions_.End(ConditionKind::kStreamMissing, object);
  conditions_.Set(ConditionKind::kConfigDrift, object, finding.drift);
  // It stays: nothing brings back what was acknowledged.
  if (!finding.lost.empty()) {
    conditions_.Begin(ConditionKind::kDataLost, object, finding.lost);
  }
}

void StreamWatch::OnAnother(Watched& watched, const std::string& detail) {
  watched.another = true;
  watched.ask_at = absl::InfiniteFuture();
  const std::string object = StreamObject(watched.known.declared.name);
  conditions_.End(ConditionKind::kStreamMissing, object);
  conditions_.Begin(ConditionKind::kIncarnationChanged, object, detail);
  for (ActorRunner* runner : watched.runners) {
    runner->GiveUp(Cat(object, ": ", detail));
  }
}

}  // namespace walnats::internal
