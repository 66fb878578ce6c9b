#include "walnats/cli/tail.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "walnats/base/strings.h"
#include "walnats/cli/human.h"
#include "walnats/cli/message_text.h"
#include "walnats/cli/schemas.h"
#include "walnats/cli/stream_kind.h"

namespace walnats::cli {

absl::StatusOr<transport::ReadOptions> ParseFrom(const std::string& from,
                                                 absl::Time now) {
  transport::ReadOptions read;
  if (from == "all") return read;
  if (from == "new") {
    read.deliver = transport::DeliverPolicy::kNew;
    return read;
  }
  if (absl::SimpleAtoi(from, &read.start_sequence)) {
    read.deliver = transport::DeliverPolicy::kBySequence;
    return read;
  }
  const absl::StatusOr<absl::Time> time = ParseTime(from, now);
  if (!time.ok()) {
    return Error(absl::StatusCode::kInvalidArgument, "--from: ", Quoted(from),
                 " is none of all, new, a sequence, a time");
  }
  read.deliver = transport::DeliverPolicy::kByTime;
  read.start_time = *time;
  return read;
}

Task<absl::Status> Tail(Session& session, const Output& output,
                        const TailOptions& options) {
  absl::StatusOr<transport::ReadOptions> read =
      ParseFrom(options.from, session.clock.Now());
  if (!read.ok()) co_return read.status();
  read->follow = options.follow;
  const std::string stream = StreamOf(options.event);
  Schemas schemas(session);
  const Decoder* decoder = co_await schemas.Of(stream);
  transport::StreamReader reader(session.transport, session.clock, stream,
                                 *read);
  int64_t shown = 0;
  while (options.count == 0 || shown < options.count) {
    const absl::StatusOr<std::optional<transport::StoredMessage>> message =
        co_await reader.Next();
    if (!message.ok()) co_return message.status();
    if (!message->has_value()) {
      if (options.follow) continue;
      break;
    }
    ++shown;
    output.PrintLine(output.json
                         ? MessageJson(**message, *decoder)
                         : MessageLine(**message, *decoder, output.color));
  }
  if (shown > 0) co_return absl::OkStatus();
  co_return Error(absl::StatusCode::kNotFound, "tail ", Quoted(options.event),
                  ": no messages");
}

}  // namespace walnats::cli
