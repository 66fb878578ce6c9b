// `walnats dlq list` and `show`.

#include <string>
#include <vector>

#include "walnats/cli/dlq.h"
#include "walnats/cli/json.h"
#include "walnats/cli/letter_text.h"
#include "walnats/cli/schemas.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::cli {

Task<absl::Status> ListLetters(Session& session, const Output& output,
                               const DlqListOptions& options) {
  const absl::Time now = session.clock.Now();
  const DeadLetters letters(session.client);
  Table table = LetterTable();
  std::vector<std::string> objects;
  bool found = false;
  std::function<bool(const DeadLetterEntry&)> visit =
      [&](const DeadLetterEntry& entry) {
        found = true;
        if (output.json) {
          objects.push_back(LetterJson(entry));
        } else {
          AddRow(table, entry, now);
        }
        return true;
      };
  const absl::Status visited = co_await letters.Visit(options.filter, visit);
  if (!visited.ok()) co_return visited;
  if (output.json) output.PrintLine(JsonArray(objects));
  if (!output.json && found) output.Print(table.ToText(output.color));
  if (found) co_return absl::OkStatus();
  co_return absl::NotFoundError("dlq list: no dead letter matches");
}

Task<absl::Status> ShowLetter(Session& session, const Output& output,
                              const DlqShowOptions& options) {
  const DeadLetters letters(session.client);
  const absl::StatusOr<DeadLetterEntry> entry =
      co_await letters.Get(options.number);
  if (!entry.ok()) co_return entry.status();
  Schemas schemas(session);
  const Decoder* decoder = co_await schemas.Of(entry->letter->stream());
  output.Print(output.json ? LetterJson(*entry, decoder) + '\n'
                           : LetterText(*entry, *decoder, output.color));
  co_return absl::OkStatus();
}

}  // namespace walnats::cli
