#pragma once

// Asks the JetStream API, one request per call, and turns time-outs, refusals
// and answers into Statuses that name act and object:
//
//   get stream "shop": no answer within 5s

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/nats/annotate.h"
#include "walnats/nats/api_json.h"
#include "walnats/nats/requests.h"
#include "walnats/task.h"

namespace walnats::nats {

struct ApiCall {
  std::string act;      // `get stream "shop"`
  std::string subject;  // empty: a name in it was none
  std::string body;
};

// "$JS.API.<verb>.<name>[.<name>]"; empty if a name cannot stand in a subject,
// which the server would answer with silence.
std::string ApiSubject(std::string_view verb, std::string_view stream);
std::string ApiSubject(std::string_view verb, std::string_view stream,
                       std::string_view consumer);

// A Task that has ended.
template <class T>
Task<T> Ready(T result) {
  co_return result;
}

// Why ApiSubject was empty.
absl::Status NoName();

class Api {
 public:
  // `requests` outlives every Task that has not been answered or failed.
  Api(Requests& requests, absl::Duration limit)
      : requests_(requests), limit_(limit) {}

  template <class T>
  using Parse = absl::StatusOr<T> (*)(std::string_view json);

  template <class T>
  Task<absl::StatusOr<T>> Ask(ApiCall call, Parse<T> parse);
  // Every page of a list.
  template <class T>
  Task<absl::StatusOr<std::vector<T>>> List(ApiCall call, Parse<Page<T>> parse);
  Task<absl::Status> Do(ApiCall call, absl::Status (*parse)(std::string_view));

 private:
  // `call` stays until the Task has ended.
  Task<absl::StatusOr<transport::Message>> Send(const ApiCall& call);

  Requests& requests_;
  const absl::Duration limit_;
};

template <class T>
Task<absl::StatusOr<T>> Api::Ask(ApiCall call, Parse<T> parse) {
  absl::StatusOr<transport::Message> answer = co_await Send(call);
  if (!answer.ok()) co_return answer.status();
  absl::StatusOr<T> result = parse(answer->body());
  if (!result.ok()) co_return Annotate(result.status(), call.act);
  co_return result;
}

template <class T>
Task<absl::StatusOr<std::vector<T>>> Api::List(ApiCall call,
                                               Parse<Page<T>> parse) {
  std::vector<T> items;
  for (;;) {
    call.body = OffsetRequest(items.size());
    Task<absl::StatusOr<Page<T>>> ask = Ask<Page<T>>(call, parse);
    absl::StatusOr<Page<T>> page = co_await std::move(ask);
    if (!page.ok()) co_return page.status();
    for (T& item : page->items) items.push_back(std::move(item));
    if (page->items.empty() || items.size() >= page->total) co_return items;
  }
}

}  // namespace walnats::nats
