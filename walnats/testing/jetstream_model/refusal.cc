#include "walnats/testing/jetstream_model/refusal.h"

#include "walnats/base/strings.h"
#include "walnats/status.h"
#include "walnats/transport/server_error.h"

namespace walnats::testing::model {

absl::Status ToStatus(const Refusal& refusal, std::string_view act) {
  if (refusal.silent()) {
    return Error(absl::StatusCode::kUnimplemented, act,
                 ": the server does not answer this request");
  }
  const absl::Status error = transport::ServerError(
      refusal.http_code, refusal.code, refusal.description);
  absl::Status status = Error(error.code(), act, ": ", ToStd(error.message()));
  if (refusal.code != 0) SetServerCode(status, refusal.code);
  return status;
}

}  // namespace walnats::testing::model
