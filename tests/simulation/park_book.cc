#include "tests/simulation/park_book.h"

#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/nats/ack_subject.h"

namespace walnats::simulation {

std::string ParkBook::Name(std::string_view stream, std::string_view actor) {
  return Cat(stream, "/", actor);
}

template <class... Parts>
void ParkBook::Violate(const Parts&... parts) {
  violations_.push_back(Cat(parts...));
}

void ParkBook::Declare(const ActorRule& rule) {
  actors_[Name(rule.stream, rule.actor)];
}

void ParkBook::OnLetter(const v1::DeadLetter& letter, absl::Time now) {
  const auto actor = actors_.find(Name(letter.stream(), letter.actor()));
  if (actor == actors_.end()) return;
  ++parked_;
  const int incarnation = incarnations_.Made(
      letter.stream(), internal::FromProto(letter.stream_created()));
  actor->second[letter.key()].try_emplace({incarnation, letter.sequence()},
                                          Dead{now, {}});
}

void ParkBook::OnSent(uint64_t client, std::string_view subject,
                      std::string_view body) {
  if (!body.starts_with("+TERM")) return;
  const auto info = nats::ParseAckSubject(subject);
  if (!info) return;
  const auto actor = actors_.find(Name(info->stream, info->consumer));
  if (actor == actors_.end()) return;
  for (auto& [key, list] : actor->second) {
    const auto dead = list.find(
        {incarnations_.At(info->stream, info->time), info->stream_sequence});
    if (dead != list.end()) dead->second.known_to.insert(client);
  }
}

bool ParkBook::Knows(uint64_t client, const Dead& dead, absl::Time now) const {
  if (dead.known_to.contains(client) || now > dead.since + kNews) return true;
  const auto since = since_.find(client);
  return since != since_.end() && since->second > dead.since;
}

void ParkBook::OnCall(const CallId& call, std::string_view key,
                      absl::Time now) {
  const auto actor = actors_.find(Name(call.stream, call.actor));
  if (actor == actors_.end()) return;
  if (call.incarnation != incarnations_.Last(call.stream)) return;
  for (const auto& [place, dead] : actor->second[std::string(key)]) {
    const auto& [incarnation, sequence] = place;
    if (incarnation != call.incarnation) continue;
    // The first of them may be handled if it was redriven.
    const bool itself = sequence == call.sequence && call.generation == 0;
    if (sequence >= call.sequence && !itself) return;
    if (!Knows(call.client, dead, now)) continue;
    return Violate("actor ", Name(call.stream, call.actor), ", message ",
                   call.sequence, ", generation ", call.generation, ", key ",
                   key, ": handled by client ", call.client, " while message ",
                   sequence, " is parked");
  }
}

void ParkBook::OnReturn(const CallId& call, std::string_view key,
                        const absl::Status& status) {
  const auto actor = actors_.find(Name(call.stream, call.actor));
  if (actor == actors_.end() || !status.ok()) return;
  if (call.generation == 0) return;
  actor->second[std::string(key)].erase({call.incarnation, call.sequence});
}

}  // namespace walnats::simulation
