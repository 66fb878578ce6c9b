#include "walnats/nats/api.h"

#include <algorithm>

#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

bool IsName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c != '.' && c != '*' && c != '>' && c != '\x7f';
  });
}

}  // namespace

std::string ApiSubject(std::string_view verb, std::string_view stream) {
  if (!IsName(stream)) return "";
  return Cat("$JS.API.", verb, ".", stream);
}

std::string ApiSubject(std::string_view verb, std::string_view stream,
                       std::string_view consumer) {
  if (!IsName(stream) || !IsName(consumer)) return "";
  return Cat("$JS.API.", verb, ".", stream, ".", consumer);
}

absl::Status NoName() {
  return absl::FailedPreconditionError(
      "names must not be empty nor hold '.', '*', '>' or white space");
}

Task<absl::Status> Api::Do(ApiCall call,
                           absl::Status (*parse)(std::string_view)) {
  absl::StatusOr<transport::Message> answer = co_await Send(call);
  if (!answer.ok()) co_return answer.status();
  co_return Annotate(parse(answer->body()), call.act);
}

Task<absl::StatusOr<transport::Message>> Api::Send(const ApiCall& call) {
  if (call.subject.empty()) {
    co_return Annotate(NoName(), call.act);
  }
  const transport::Outgoing request{
      .subject = call.subject, .headers = {}, .body = call.body, .reply = {}};
  absl::StatusOr<transport::Message> answer =
      co_await requests_.Request(request, limit_);
  if (!answer.ok()) co_return Annotate(answer.status(), call.act);
  co_return answer;
}

}  // namespace walnats::nats
