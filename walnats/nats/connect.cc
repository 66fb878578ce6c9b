#include "walnats/nats/connect.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

struct Failure {
  std::string address;
  absl::Status reason;
};

absl::StatusCode CodeOf(const std::vector<Failure>& failures) {
  const auto is = [](absl::StatusCode code) {
    return [code](const Failure& f) { return f.reason.code() == code; };
  };
  using absl::StatusCode;
  if (std::any_of(failures.begin(), failures.end(),
                  is(StatusCode::kUnauthenticated))) {
    return StatusCode::kUnauthenticated;
  }
  const bool silent = std::all_of(failures.begin(), failures.end(),
                                  is(StatusCode::kDeadlineExceeded));
  return silent ? StatusCode::kDeadlineExceeded : StatusCode::kUnavailable;
}

absl::Status Summarize(const std::vector<Failure>& failures,
                       absl::Duration limit) {
  if (failures.size() == 1) {
    return Error(CodeOf(failures), "connect ", failures[0].address, ": ",
                 failures[0].reason.message());
  }
  std::string text =
      Cat("connect: no server of ", failures.size(), " answered within ",
          absl::FormatDuration(limit), ": ");
  for (const Failure& failure : failures) {
    const bool first = &failure == &failures.front();
    absl::StrAppend(&text, first ? "" : "; ", failure.address, ": ",
                    failure.reason.message());
  }
  return absl::Status(CodeOf(failures), text);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> OpenAny(
    std::vector<ServerUrl> urls, const ConnectionOptions& options,
    absl::Duration limit, std::shared_ptr<const Notices> notices) {
  std::shuffle(urls.begin(), urls.end(), std::random_device());
  const absl::Time end = absl::Now() + limit;
  std::vector<Failure> failures;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    const absl::Duration share =
        (end - absl::Now()) / static_cast<int64_t>(urls.size() - i);
    absl::StatusOr<std::unique_ptr<Session>> session =
        Session::Open(urls[i], options, share, notices);
    if (session.ok()) return session;
    failures.push_back({urls[i].address, session.status()});
  }
  return Summarize(failures, limit);
}

absl::Status NoAnswer(const std::vector<ServerUrl>& urls,
                      absl::Duration limit) {
  std::vector<Failure> failures;
  for (const ServerUrl& url : urls) {
    failures.push_back({url.address, absl::DeadlineExceededError("no answer")});
  }
  return Summarize(failures, limit);
}

}  // namespace walnats::nats
