#pragma once

// How the commands that list something print it: their ToText of all rows, or
// with --json their ToJson of each.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "walnats/cli/json.h"
#include "walnats/cli/output.h"

namespace walnats::cli {

template <class Row>
void PrintRows(const Output& output, const std::vector<Row>& rows,
               absl::Time now) {
  if (!output.json) return output.Print(ToText(rows, now, output.color));
  std::vector<std::string> objects;
  for (const Row& row : rows) objects.push_back(ToJson(row, now));
  output.PrintLine(JsonArray(objects));
}

}  // namespace walnats::cli
