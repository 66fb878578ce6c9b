#pragma once

// A dead letter for people, and for scripts.

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/cli/decoder.h"
#include "walnats/cli/table.h"
#include "walnats/dead_letters.h"

namespace walnats::cli {

// "dead", "parked", "redriven", "handled", "dead again".
std::string_view NameOf(LetterState state);

// A row per letter, the errors cut to a line.
Table LetterTable();
void AddRow(Table& table, const DeadLetterEntry& entry, absl::Time now);

// Everything but body and headers; with `decoder` those too.
std::string LetterJson(const DeadLetterEntry& entry,
                       const Decoder* decoder = nullptr);

// All of it, a line per thing.
std::string LetterText(const DeadLetterEntry& entry, const Decoder& decoder,
                       bool color);

}  // namespace walnats::cli
