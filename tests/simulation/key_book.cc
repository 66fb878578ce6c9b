#include "tests/simulation/key_book.h"

#include <array>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/event/headers.h"
#include "walnats/nats/ack_subject.h"

namespace walnats::simulation {
namespace {

std::string Name(std::string_view stream, std::string_view actor) {
  return Cat(stream, "/", actor);
}

// Delayed: it takes its place when its time has come.
bool IsEarly(const transport::Message& frame, absl::Time now) {
  const auto header = frame.header(kDelayHeader);
  if (!header) return false;
  return now < DecodeDelay(*header).value_or(absl::InfinitePast());
}

}  // namespace

std::string_view KeyOf(std::string_view body) {
  static constexpr std::array<std::string_view, 3> kKeys = {"x", "y", "z"};
  uint64_t number = 0;
  if (!absl::SimpleAtoi(ToAbsl(body), &number)) return {};
  return kKeys[number % kKeys.size()];
}

template <class... Parts>
void KeyBook::Violate(const Parts&... parts) {
  violations_.push_back(Cat(parts...));
}

void KeyBook::Declare(const ActorRule& rule) {
  rules_[Name(rule.stream, rule.actor)] = rule;
}

KeyBook::Lane* KeyBook::LaneOf(uint64_t client, std::string_view stream,
                               std::string_view actor, std::string_view key) {
  const std::string name = Name(stream, actor);
  if (!rules_.contains(name)) return nullptr;
  return &lanes_[Cat(client, " ", name, " ", key)];
}

void KeyBook::OnHanded(uint64_t client, const transport::Message& frame,
                       absl::Time now) {
  if (rules_.empty()) return;
  const auto info = nats::ParseAckSubject(frame.reply());
  if (!info || IsEarly(frame, now)) return;
  Lane* const lane =
      LaneOf(client, info->stream, info->consumer, KeyOf(frame.body()));
  if (lane == nullptr) return;
  // It is dead at once, in nobody's turn.
  const ActorRule& rule =
      rules_.find(Name(info->stream, info->consumer))->second;
  if (!rule.parks && info->delivered > static_cast<uint64_t>(rule.max_attempts))
    return;
  const Place place(incarnations_.At(info->stream, info->time),
                    info->stream_sequence);
  // A copy of a frame may be dropped or taken.
  if (!handed_
           .try_emplace(Cat(client, " ", frame.reply()), std::pair(lane, place))
           .second) {
    return;
  }
  lane->here[place] = now;
}

void KeyBook::OnSent(uint64_t client, std::string_view subject,
                     std::string_view body, absl::Time now) {
  if (rules_.empty() || !nats::IsAckSubject(subject)) return;
  const auto found = handed_.find(Cat(client, " ", subject));
  if (found == handed_.end()) return;
  auto& [lane, place] = found->second;
  if (body != "+WPI") {
    lane->here.erase(place);
  } else if (lane->here.contains(place)) {
    lane->here[place] = now;
  }
}

void KeyBook::OnDead(const v1::DeadLetter& letter) {
  const std::string lane = Cat(" ", Name(letter.stream(), letter.actor()), " ");
  const Place place(
      incarnations_.Made(letter.stream(),
                         internal::FromProto(letter.stream_created())),
      letter.sequence());
  for (auto& [name, one] : lanes_) {
    if (name.find(lane) != std::string::npos) one.here.erase(place);
  }
}

void KeyBook::OnCall(const CallId& call, std::string_view key, absl::Time now) {
  Lane* const lane = LaneOf(call.client, call.stream, call.actor, key);
  if (lane == nullptr) return;
  ++calls_;
  const std::string name = Cat("actor ", Name(call.stream, call.actor),
                               ", message ", call.sequence, ", key ", key);
  if (++lane->running > 1) {
    Violate(name, ": ", lane->running, " of one key run in client ",
            call.client);
  }
  const absl::Duration ack_wait =
      rules_.find(Name(call.stream, call.actor))->second.ack_wait;
  for (const auto& [place, alive] : lane->here) {
    if (place.first != call.incarnation) continue;
    if (place.second >= call.sequence) return;
    if (now >= alive + 2 * ack_wait) continue;
    return Violate(name, ": called before message ", place.second,
                   ", which client ", call.client, " has got ",
                   absl::FormatDuration(now - alive), " ago");
  }
}

void KeyBook::OnReturn(const CallId& call, std::string_view key,
                       const absl::Status& status) {
  Lane* const lane = LaneOf(call.client, call.stream, call.actor, key);
  if (lane == nullptr) return;
  --lane->running;
  if (status.ok() && call.generation == 0) {
    lane->here.erase({call.incarnation, call.sequence});
  }
}

}  // namespace walnats::simulation
