#include <netdb.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "walnats/base/strings.h"
#include "walnats/nats/session.h"
#include "walnats/nats/undeclared.h"

namespace walnats::nats {
namespace {

using absl::StatusCode;

// The largest that does not overflow inside nats.c; our subscriptions have no
// limit at all.
constexpr int kMaxPendingMessages = 2'097'151;

// nats.c puts these between quotes as they are.
std::string EscapeJson(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string escaped;
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      escaped += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
      continue;
    }
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

natsStatus SetCredentials(natsOptions* made, const ServerUrl& url,
                          const ConnectionOptions& options) {
  const bool own = !url.user.empty() || !url.token.empty();
  const std::string& user = own ? url.user : options.user;
  const std::string& password = own ? url.password : options.password;
  const std::string& token = own ? url.token : options.token;
  if (!user.empty()) {
    return natsOptions_SetUserInfo(made, EscapeJson(user).c_str(),
                                   EscapeJson(password).c_str());
  }
  if (token.empty()) return NATS_OK;
  return natsOptions_SetToken(made, EscapeJson(token).c_str());
}

OptionsHandle MakeOptions(const ServerUrl& url,
                          const ConnectionOptions& options,
                          absl::Duration limit) {
  natsOptions* made = nullptr;
  if (natsOptions_Create(&made) != NATS_OK) return nullptr;
  OptionsHandle handle(made);
  const int64_t timeout =
      std::max<int64_t>(1, absl::ToInt64Milliseconds(limit));
  const std::string name = EscapeJson(options.name);
  const natsStatus all[] = {
      natsOptions_SetURL(made, url.address.c_str()),
      natsOptions_SetTimeout(made, timeout),
      natsOptions_SetAllowReconnect(made, false),
      natsOptions_SetIgnoreDiscoveredServers(made, true),
      natsOptions_SetSendAsap(made, true),
      natsOptions_SetPingInterval(made, 0),
      natsOptions_SetMaxPendingMsgs(made, kMaxPendingMessages),
      name.empty() ? NATS_OK : natsOptions_SetName(made, name.c_str()),
      url.secure ? natsOptions_SetSecure(made, true) : NATS_OK,
      SetCredentials(made, url, options),
  };
  for (const natsStatus status : all) {
    if (status != NATS_OK) return nullptr;
  }
  return handle;
}

// nats.c's text without its "(file:line): ".
std::string LastError() {
  const char* const text = nats_GetLastError(nullptr);
  const std::string_view view = text ? text : "";
  const std::size_t end = view.find("): ");
  if (!view.starts_with('(') || end == view.npos) return std::string(view);
  return std::string(view.substr(end + 3));
}

bool IsKnownHost(const std::string& host) {
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, nullptr, &found) != 0) return false;
  ::freeaddrinfo(found);
  return true;
}

// nats.c says NO_SERVER for everything before the connection is accepted.
absl::Status NotReached(const ServerUrl& url, bool whole_limit) {
  if (whole_limit) return absl::DeadlineExceededError("no answer");
  if (!IsKnownHost(url.host)) return absl::UnavailableError("unknown host");
  return absl::UnavailableError("connection refused");
}

absl::Status Explain(const ServerUrl& url, natsStatus status,
                     bool whole_limit) {
  switch (status) {
    case NATS_NO_SERVER:
      return NotReached(url, whole_limit);
    case NATS_CONNECTION_AUTH_FAILED:
      return absl::UnauthenticatedError("the server refused the credentials");
    case NATS_TIMEOUT:
      return absl::DeadlineExceededError(
          "accepted the connection, then kept silent");
    case NATS_PROTOCOL_ERROR:
      return absl::UnavailableError("what answers is no NATS server");
    case NATS_CONNECTION_CLOSED:
      return absl::UnavailableError("closed the connection at once");
    default:
      return Error(StatusCode::kUnavailable, natsStatus_GetText(status), ": ",
                   LastError());
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> Session::Open(
    const ServerUrl& url, const ConnectionOptions& options,
    absl::Duration limit, std::shared_ptr<const Notices> notices) {
  OptionsHandle made = MakeOptions(url, options, limit);
  if (!made) return absl::InternalError("nats.c refuses its options");
  std::unique_ptr<Session> session(new Session(url, std::move(notices)));
  natsOptions_SetEventLoop(made.get(), session.get(), Attach, Read, Write,
                           Detach);
  session->notices_->Install(made.get());
  const absl::Time begin = absl::Now();
  natsConnection* connection = nullptr;
  const natsStatus status = natsConnection_Connect(&connection, made.get());
  session->connection_.reset(connection);
  if (status != NATS_OK) {
    return Explain(url, status, absl::Now() - begin >= limit * 0.8);
  }
  if (natsConn_setFilterWithClosure) {
    natsConn_setFilterWithClosure(connection, Filter, session.get());
  }
  return session;
}

}  // namespace walnats::nats
