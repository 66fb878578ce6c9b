#include "walnats/deadletter/redrive_message.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "walnats/base/strings.h"
#include "walnats/deadletter/proto_time.h"
#include "walnats/deadletter/streams.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::internal {
namespace {

bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c != '.' && c != '*' && c != '>' && c != '\x7f';
  });
}

Origin OriginOf(const v1::DeadLetter& letter, uint64_t number) {
  return {.subject = letter.subject(),
          .stream = letter.stream(),
          .sequence = letter.sequence(),
          .time = FromProto(letter.stored_at()),
          .stream_created = FromProto(letter.stream_created()),
          .generation = letter.generation() + 1,
          .letter = number};
}

// Not the server's, and nothing that a reader might take for another header.
bool IsKept(const Header& header) {
  return !absl::StartsWithIgnoreCase(ToAbsl(header.name), "nats-") &&
         header.name != kDelayHeader && !IsOriginHeader(header.name) &&
         CheckHeader(header).ok();
}

}  // namespace

RedriveMessage::RedriveMessage(const v1::DeadLetter& letter, uint64_t number)
    : letter_(letter),
      subject_(Cat("walnats-redrive.", letter.service(), ".", letter.actor(),
                   ".", letter.stream(), ".", number)),
      // Of this letter's own, so that it can be sent again after a lost answer.
      id_(Cat(subject_, "@", absl::ToUnixNanos(FromProto(letter.died_at())))),
      origin_(OriginOf(letter, number)),
      headers_(origin_.headers()) {
  for (const v1::Header& header : letter.headers()) {
    const Header copy{header.name(), header.value()};
    if (IsKept(copy)) headers_.push_back(copy);
  }
}

transport::Outgoing RedriveMessage::message() const {
  return {.subject = subject_,
          .headers = headers_,
          .body = letter_.body(),
          .reply = {}};
}

transport::Expect RedriveMessage::expect() const {
  return {
      .stream = kRedriveStream, .message_id = id_, .subject_last_sequence = 0};
}

absl::Status RedriveMessage::Check(int64_t max_payload) const {
  if (!IsToken(letter_.service()) || !IsToken(letter_.actor()) ||
      !IsToken(letter_.stream())) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "it does not name a service, an actor and a stream: ",
                 Quoted(subject_));
  }
  transport::PublishHeaders headers;
  const int64_t size = transport::PayloadSize(
      headers.Build(message(), expect()), letter_.body());
  if (max_payload == 0 || size <= max_payload) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "with the headers of a ",
               "redrive it has ", size, " bytes, over the server's limit of ",
               max_payload);
}

RedriveRoute RouteOf(std::string_view subject) {
  constexpr std::size_t kTokens = 5;
  std::array<std::string_view, kTokens> tokens;
  for (std::size_t i = 0; i < kTokens; ++i) {
    const std::size_t end =
        i + 1 < kTokens ? subject.find('.') : subject.size();
    if (end == std::string_view::npos) return {};
    tokens[i] = subject.substr(0, end);
    subject.remove_prefix(std::min(end + 1, subject.size()));
  }
  if (tokens[0] != kRedriveStream) return {};
  return {.service = tokens[1], .actor = tokens[2], .stream = tokens[3]};
}

}  // namespace walnats::internal
