#pragma once

// A dead letter out of the stream "walnats-dead".

#include <optional>

#include "walnats/testing/dead_letter.h"
#include "walnats/transport/stored.h"

namespace walnats::testing {

// nullopt of what is no letter: the stream holds records, too.
std::optional<DeadLetter> LetterIn(const transport::StoredMessage& message);

}  // namespace walnats::testing
