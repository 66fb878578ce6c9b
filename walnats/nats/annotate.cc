#include "walnats/nats/annotate.h"

#include "absl/strings/cord.h"
#include "walnats/base/strings.h"

namespace walnats::nats {

absl::Status Annotate(const absl::Status& status, std::string_view act) {
  if (status.ok()) return status;
  absl::Status annotated = Error(status.code(), act, ": ", status.message());
  status.ForEachPayload(
      [&annotated](absl::string_view type, const absl::Cord& payload) {
        annotated.SetPayload(type, payload);
      });
  return annotated;
}

}  // namespace walnats::nats
