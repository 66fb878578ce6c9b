#include "walnats/transport/server_error.h"

#include "walnats/base/strings.h"
#include "walnats/status.h"

namespace walnats::transport {
namespace {

// By the server's own code, where the HTTP code misleads or says too little;
// kUnknown where it does not. Numbers: nats-server, server/errors.json.
absl::StatusCode ByServerCode(int server_code, std::string_view description) {
  switch (server_code) {
    case 10070:  // wrong last message id
    case 10071:  // wrong last sequence
    case 10164:  // the same, without the number
      return absl::StatusCode::kAborted;
    case 10014:  // consumer
    case 10037:  // message
    case 10043:  // sequence
    case 10059:  // stream
    case 10149:  // consumer to update
      return absl::StatusCode::kNotFound;
    case 10002:  // account's resources
    case 10023:  // server's resources
    case 10026:  // number of consumers
    case 10027:  // number of streams
    case 10028:  // memory
    case 10047:  // storage
    case 10053:  // stream's limits
    case 10077:  // stream full
    case 10122:  // account's bytes per stream
    case 10167:  // too many requests
      return absl::StatusCode::kResourceExhausted;
    case 10007:  // cluster: not assigned to this server
    case 10009:  // cluster: not the leader
    case 10118:  // stream offline
    case 10119:  // consumer offline
    case 10158:  // the same message id is being stored at this moment
      return absl::StatusCode::kUnavailable;
    case 10010:  // needs a cluster
    case 10035:  // no such account
    case 10036:  // not in a cluster
    case 10039:  // account without JetStream
      return absl::StatusCode::kFailedPrecondition;
    case 10057:  // every failed delete of a message
      return description == "no message found" ||
                     description == "stream store EOF"
                 ? absl::StatusCode::kNotFound
                 : absl::StatusCode::kUnknown;
    default:
      return absl::StatusCode::kUnknown;
  }
}

absl::StatusCode ByHttpCode(int http_code) {
  switch (http_code) {
    case 404:
      return absl::StatusCode::kNotFound;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 503:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kFailedPrecondition;
  }
}

}  // namespace

absl::Status ServerError(int http_code, int server_code,
                         std::string_view description) {
  absl::StatusCode code = ByServerCode(server_code, description);
  if (code == absl::StatusCode::kUnknown) code = ByHttpCode(http_code);
  absl::Status status =
      description.empty()
          ? Error(code, "refused by the server with code ", http_code)
          : Error(code, description);
  if (server_code != 0) SetServerCode(status, server_code);
  return status;
}

}  // namespace walnats::transport
