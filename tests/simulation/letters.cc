#include "tests/simulation/letters.h"

#include "walnats/deadletter/streams.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::simulation {

void Letters::Read(testing::model::Model& model, DeliveryBook& book) {
  const std::string stream = internal::kDeadStream;
  const auto info = model.GetStream(stream);
  if (!info.ok()) return;
  for (; read_ < info->last_sequence; ++read_) {
    const auto message = model.GetMessage(stream, {.sequence = read_ + 1});
    v1::DeadLetter letter;
    if (!message.ok() || !letter.ParseFromString(message->body)) continue;
    book.OnDead(letter.stream(), letter.actor(), letter.sequence());
  }
}

}  // namespace walnats::simulation
