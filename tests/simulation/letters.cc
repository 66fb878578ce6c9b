#include "tests/simulation/letters.h"

#include "walnats/deadletter/proto_time.h"
#include "walnats/deadletter/records.h"
#include "walnats/deadletter/streams.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::simulation {
namespace {

void ReadOne(const transport::StoredMessage& message, Oracle& oracle,
             absl::Time now) {
  const auto of_letter = internal::LetterOfRecord(message.subject);
  v1::DeadLetterRecord record;
  v1::DeadLetter letter;
  if (of_letter && record.ParseFromString(message.body)) {
    oracle.redrives().OnRecord(*of_letter, record);
  } else if (!of_letter && letter.ParseFromString(message.body)) {
    oracle.remade().OnLetter(letter);
    oracle.redrives().OnLetter(message.sequence, letter);
    oracle.parked().OnLetter(letter, now);
    oracle.keys().OnDead(letter);
    if (letter.generation() > 0) return;
    const int incarnation = oracle.incarnations().Made(
        letter.stream(), internal::FromProto(letter.stream_created()));
    oracle.deliveries().OnDead(letter.stream(), letter.actor(),
                               letter.sequence(), incarnation);
  }
}

}  // namespace

void Letters::Read(testing::model::Model& model, Oracle& oracle,
                   absl::Time now) {
  const std::string stream = internal::kDeadStream;
  const auto info = model.GetStream(stream);
  if (!info.ok()) return;
  for (; read_ < info->last_sequence; ++read_) {
    const auto message = model.GetMessage(stream, {.sequence = read_ + 1});
    if (message.ok()) ReadOne(*message, oracle, now);
  }
}

}  // namespace walnats::simulation
