#include "walnats/status.h"

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace walnats {
namespace {

constexpr char kServerCodeUrl[] = "walnats/server-code";

}  // namespace

std::optional<int> ServerCode(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kServerCodeUrl);
  int code = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &code)) {
    return std::nullopt;
  }
  return code;
}

void SetServerCode(absl::Status& status, int code) {
  status.SetPayload(kServerCodeUrl, absl::Cord(absl::StrCat(code)));
}

}  // namespace walnats
