#include "tests/simulation/redrive_book.h"

#include <optional>

#include "walnats/actor/origin.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/deadletter/redrive_message.h"
#include "walnats/deadletter/streams.h"
#include "walnats/nats/ack_subject.h"

namespace walnats::simulation {

template <class... Parts>
void RedriveBook::Violate(const Parts&... parts) {
  violations_.push_back(Cat(parts...));
}

RedriveBook::Letter* RedriveBook::Find(std::string_view stream,
                                       std::string_view actor, int incarnation,
                                       uint64_t sequence, int generation) {
  const auto found = numbers_.find({std::string(stream), std::string(actor),
                                    incarnation, sequence, generation});
  return found == numbers_.end() ? nullptr : &letters_[found->second];
}

void RedriveBook::OnLetter(uint64_t number, const v1::DeadLetter& letter) {
  Letter& one = letters_[number];
  one.name = Cat("letter ", number, " (actor ", letter.stream(), "/",
                 letter.actor(), ", message ", letter.sequence(),
                 ", generation ", letter.generation(), ")");
  one.stream = letter.stream();
  one.actor = letter.actor();
  one.sequence = letter.sequence();
  one.incarnation = incarnations_.Made(
      letter.stream(), internal::FromProto(letter.stream_created()));
  one.generation = letter.generation();
  const Place place(one.stream, one.actor, one.incarnation, one.sequence,
                    one.generation);
  if (!numbers_.emplace(place, number).second) {
    Violate(one.name, ": is there twice");
  }
  if (one.generation == 0) return;
  const Letter* const before = Find(one.stream, one.actor, one.incarnation,
                                    one.sequence, one.generation - 1);
  if (before == nullptr || !before->handed) {
    Violate(one.name, ": nothing was redriven that could have died");
  }
}

void RedriveBook::OnRecord(uint64_t number,
                           const v1::DeadLetterRecord& record) {
  const auto found = letters_.find(number);
  if (found == letters_.end()) {
    return Violate("record of letter ", number, ", which is not there");
  }
  Letter& letter = found->second;
  if (record.kind() == v1::DeadLetterRecord::KIND_REDRIVEN) {
    letter.redriven = true;
  } else if (record.kind() == v1::DeadLetterRecord::KIND_SETTLED) {
    ++settled_;
    letter.settled = record.reason();
  }
}

void RedriveBook::OnHanded(uint64_t client, const transport::Message& frame) {
  const auto info = nats::ParseAckSubject(frame.reply());
  if (!info || info->stream != internal::kRedriveStream) return;
  const auto origin = internal::RedrivenOrigin(frame);
  const auto route = internal::RouteOf(frame.subject());
  if (!origin) return Violate("redriven without its origin: ", frame.subject());
  const auto found = letters_.find(origin->letter);
  if (found == letters_.end() || found->second.stream != origin->stream ||
      found->second.stream != route.stream ||
      found->second.actor != route.actor ||
      found->second.sequence != origin->sequence ||
      found->second.incarnation !=
          incarnations_.Made(origin->stream, origin->stream_created) ||
      found->second.generation + 1 != origin->generation) {
    return Violate("redriven, but not what letter ", origin->letter,
                   " is: ", frame.subject());
  }
  Letter& letter = found->second;
  letter.handed = true;
  Handed& handed = handed_[Cat(client, " ", frame.reply())];
  handed.letter = origin->letter;
  ++handed.handed;
  if (!letter.settled.empty()) return;
  ++letter.open[client];
  ++handed.open;
}

void RedriveBook::OnSent(uint64_t client, std::string_view subject,
                         std::string_view body) {
  if (!nats::IsAckSubject(subject)) return;
  const auto info = nats::ParseAckSubject(subject);
  if (!info || info->stream != internal::kRedriveStream) return;
  const auto found = handed_.find(Cat(client, " ", subject));
  if (found == handed_.end()) {
    return Violate("client ", client, " settles what it never got: ", subject,
                   " ", body);
  }
  if (body == "+WPI") return;
  Letter& letter = letters_[found->second.letter];
  if (++found->second.settled > found->second.handed) {
    Violate(letter.name, ": settled twice by client ", client, ": ", subject,
            " ", body);
  }
  CheckSettled(client, letter, body);
  if (found->second.open == 0) return;
  --found->second.open;
  --letter.open[client];
}

void RedriveBook::CheckSettled(uint64_t client, Letter& letter,
                               std::string_view body) {
  if (body == "+ACK") {
    if (!letter.settled.empty()) return;
    letter.let_go = true;
    if (letter.handled) return;
    Violate(letter.name, ": acked by client ", client,
            ", but neither handled nor recorded as settled");
  } else if (body.starts_with("+TERM")) {
    const Letter* const next =
        Find(letter.stream, letter.actor, letter.incarnation, letter.sequence,
             letter.generation + 1);
    if (letter.settled.empty()) letter.let_go = true;
    if (next != nullptr) return;
    Violate(letter.name, ": its redrive was terminated by client ", client,
            " before its dead letter was stored");
  } else if (!body.starts_with("-NAK")) {
    Violate(letter.name, ": settled with ", body);
  }
}

void RedriveBook::OnCall(const CallId& call) {
  if (call.generation == 0) return;
  Letter* const letter = Find(call.stream, call.actor, call.incarnation,
                              call.sequence, call.generation - 1);
  if (letter == nullptr) {
    return Violate("actor ", call.stream, "/", call.actor, ", message ",
                   call.sequence, ", generation ", call.generation,
                   ": handled, but this actor has not given it up");
  }
  if (letter->open[call.client] > 0) return;
  Violate(letter->name, ": handled by client ", call.client,
          letter->settled.empty() ? " without a delivery"
                                  : " after it was settled");
}

void RedriveBook::OnReturn(const CallId& call, const absl::Status& status) {
  if (call.generation == 0 || !status.ok()) return;
  Letter* const letter = Find(call.stream, call.actor, call.incarnation,
                              call.sequence, call.generation - 1);
  if (letter != nullptr) letter->handled = true;
}

void RedriveBook::CheckDone(uint64_t queued) {
  if (queued > 0) Violate("the queue of redrives still holds ", queued);
  for (const auto& [number, letter] : letters_) CheckLetter(number, letter);
}

void RedriveBook::CheckLetter(uint64_t number, const Letter& letter) {
  if (number <= last_ && !letter.redriven) {
    Violate(letter.name, ": the last run has not redriven it");
  }
  const bool dead_again =
      Find(letter.stream, letter.actor, letter.incarnation, letter.sequence,
           letter.generation + 1) != nullptr;
  if (letter.settled.empty()) {
    if (letter.let_go || (!letter.redriven && !letter.handed)) return;
    Violate(letter.name, ": redriven, but not settled in the end");
  } else if (letter.settled == "handled" && !letter.handled) {
    Violate(letter.name, ": settled as handled, but no handler returned OK");
  } else if (letter.settled == "dead" && !dead_again) {
    Violate(letter.name, ": settled as dead, but has no letter");
  }
}

}  // namespace walnats::simulation
