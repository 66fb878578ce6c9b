#include "walnats/nats/server_url.h"

#include <charconv>
#include <optional>

#include "walnats/base/strings.h"

namespace walnats::nats {
namespace {

constexpr int kDefaultPort = 4222;

absl::Status Invalid(std::string_view scheme, std::string_view host_port,
                     std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "server url ",
               Quoted(Cat(scheme, "://", host_port)), ": ", why);
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    int code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || end != text.data() + i + 3 || code == 0) {
      return std::nullopt;
    }
    decoded += static_cast<char>(code);
    i += 2;
  }
  return decoded;
}

bool SetCredentials(std::string_view text, ServerUrl& url) {
  const std::size_t colon = text.find(':');
  const std::optional<std::string> user = PercentDecode(text.substr(0, colon));
  if (!user) return false;
  if (colon == text.npos) {
    url.token = *user;
    return true;
  }
  const std::optional<std::string> password =
      PercentDecode(text.substr(colon + 1));
  if (!password) return false;
  url.user = *user;
  url.password = *password;
  return true;
}

std::optional<int> ParsePort(std::string_view text) {
  int port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port < 1 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

// The last ':' that is not inside the brackets of an IPv6 address.
std::size_t PortColon(std::string_view host_port) {
  const std::size_t bracket = host_port.rfind(']');
  const std::size_t colon = host_port.rfind(':');
  if (colon == host_port.npos) return colon;
  return bracket != host_port.npos && colon < bracket ? host_port.npos : colon;
}

bool IsHost(std::string_view host) {
  if (host.empty()) return false;
  for (const char c : host) {
    if (c <= ' ' || c == 0x7f || c == '/' || c == ',' || c == '"') return false;
  }
  return host.front() == '[' ? host.back() == ']' : host.find(':') == host.npos;
}

}  // namespace

absl::StatusOr<ServerUrl> ParseServerUrl(std::string_view text) {
  ServerUrl url;
  std::string_view scheme = "nats";
  std::string_view rest = text;
  if (const std::size_t end = rest.find("://"); end != rest.npos) {
    scheme = rest.substr(0, end);
    rest.remove_prefix(end + 3);
  }
  std::string_view credentials;
  if (const std::size_t at = rest.rfind('@'); at != rest.npos) {
    credentials = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (scheme != "nats" && scheme != "tls") {
    return Invalid(scheme, rest, "the scheme must be nats or tls");
  }
  url.secure = scheme == "tls";
  if (!SetCredentials(credentials, url)) {
    return Invalid(scheme, rest, "the credentials are not percent-encoded");
  }
  const std::size_t colon = PortColon(rest);
  const std::string_view host = rest.substr(0, colon);
  if (!IsHost(host)) return Invalid(scheme, rest, "no valid host");
  std::optional<int> port = kDefaultPort;
  if (colon != rest.npos) port = ParsePort(rest.substr(colon + 1));
  if (!port) return Invalid(scheme, rest, "no valid port");
  const bool bracketed = host.front() == '[';
  url.host = bracketed ? host.substr(1, host.size() - 2) : host;
  url.address = Cat(scheme, "://", host, ":", *port);
  return url;
}

}  // namespace walnats::nats
