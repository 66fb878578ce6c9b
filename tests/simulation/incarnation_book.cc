#include "tests/simulation/incarnation_book.h"

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/nats/ack_subject.h"

namespace walnats::simulation {
namespace {

constexpr std::string_view kInfo = "$JS.API.STREAM.INFO.";
constexpr std::string_view kCreate = "$JS.API.STREAM.CREATE.";

// Empty if the subject asks for no stream.
std::string_view AskedFor(std::string_view subject) {
  for (const std::string_view verb : {kInfo, kCreate}) {
    if (subject.starts_with(verb)) return subject.substr(verb.size());
  }
  return {};
}

// "<stream>.<incarnation>.<sequence>.<actor>"
absl::Time IncarnationIn(std::string_view idempotency_key) {
  const size_t begin = idempotency_key.find('.') + 1;
  const size_t end = idempotency_key.find('.', begin);
  int64_t nanoseconds = 0;
  const std::string_view number = idempotency_key.substr(begin, end - begin);
  if (!absl::SimpleAtoi(ToAbsl(number), &nanoseconds)) {
    return absl::InfinitePast();
  }
  return absl::FromUnixNanos(nanoseconds);
}

// InfinitePast if the answer shows no stream.
absl::Time CreatedIn(std::string_view body) {
  constexpr std::string_view kField = "\"created\":\"";
  const size_t at = body.find(kField);
  if (at == std::string_view::npos) return absl::InfinitePast();
  body.remove_prefix(at + kField.size());
  absl::Time created;
  const bool read = absl::ParseTime(absl::RFC3339_full,
                                    ToAbsl(body.substr(0, body.find('"'))),
                                    &created, nullptr);
  return read ? created : absl::InfinitePast();
}

}  // namespace

template <class... Parts>
void IncarnationBook::Violate(const Parts&... parts) {
  violations_.push_back(Cat(parts...));
}

void IncarnationBook::OnSent(uint64_t client, const transport::Outgoing& frame,
                             absl::Time now, absl::Time answer_by) {
  const std::string_view asked = AskedFor(frame.subject);
  if (!asked.empty()) {
    questions_[Cat(client, " ", frame.reply)] = {std::string(asked), answer_by};
  }
  if (nats::IsAckSubject(frame.subject)) CheckSettled(client, frame, now);
}

void IncarnationBook::CheckSettled(uint64_t client,
                                   const transport::Outgoing& frame,
                                   absl::Time now) {
  const auto info = nats::ParseAckSubject(frame.subject);
  if (!info) return;
  const auto sight = sights_.find({client, std::string(info->stream)});
  if (sight == sights_.end() || now <= sight->second.told) return;
  Violate(
      "stream ", info->stream, ": client ", client, " sends ", frame.body,
      " for message ", info->stream_sequence,
      ", though it was told that the stream was made again: ", frame.subject);
}

void IncarnationBook::OnHanded(uint64_t client, const transport::Message& frame,
                               absl::Time now) {
  if (questions_.empty()) return;
  const auto question = questions_.find(Cat(client, " ", frame.subject()));
  if (question == questions_.end()) return;
  const auto& [stream, answer_by] = question->second;
  const absl::Time created = CreatedIn(frame.body());
  if (now < answer_by && created != absl::InfinitePast()) {
    const int made = incarnations_.Made(stream, created);
    Sight& sight = sights_[{client, stream}];
    if (!ready_.contains(client)) {
      sight.works_on = made;
    } else if (made != sight.works_on) {
      sight.told = std::min(sight.told, now);
    }
  }
  questions_.erase(question);
}

void IncarnationBook::OnCall(const CallId& call,
                             std::string_view idempotency_key) {
  if (call.incarnation > 0) ++calls_;
  const int made =
      incarnations_.Made(call.stream, IncarnationIn(idempotency_key));
  if (made == call.incarnation) return;
  Violate("actor ", call.stream, "/", call.actor, ", message ", call.sequence,
          ", generation ", call.generation, ": client ", call.client,
          " handles it as one of incarnation ", made, ", it is of ",
          call.incarnation);
}

void IncarnationBook::OnLetter(const v1::DeadLetter& letter) {
  const int made = incarnations_.Made(
      letter.stream(), internal::FromProto(letter.stream_created()));
  const int stored = incarnations_.At(letter.stream(),
                                      internal::FromProto(letter.stored_at()));
  if (made == stored) return;
  Violate("dead letter of actor ", letter.stream(), "/", letter.actor(),
          ", message ", letter.sequence(), ": as one of incarnation ", made,
          ", it is of ", stored);
}

std::vector<std::string> IncarnationBook::Told(uint64_t client,
                                               absl::Time now) const {
  std::vector<std::string> streams;
  for (const auto& [place, sight] : sights_) {
    if (place.first == client && sight.told < now) {
      streams.push_back(place.second);
    }
  }
  return streams;
}

std::vector<std::string> IncarnationBook::Untold(uint64_t client) const {
  std::vector<std::string> streams;
  for (const auto& [place, sight] : sights_) {
    const bool told = sight.told != absl::InfiniteFuture();
    if (place.first != client || told) continue;
    if (sight.works_on != incarnations_.Last(place.second)) {
      streams.push_back(place.second);
    }
  }
  return streams;
}

}  // namespace walnats::simulation
