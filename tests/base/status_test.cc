#include "walnats/status.h"

namespace walnats {
namespace {

TEST(StatusTest, CarriesTheServersCode) {
  absl::Status status = absl::AbortedError("wrong last sequence: 7");
  EXPECT_EQ(ServerCode(status), std::nullopt);
  SetServerCode(status, 10071);
  EXPECT_EQ(ServerCode(status), 10071);
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "wrong last sequence: 7");
  SetServerCode(status, 10077);
  const absl::Status copy = status;
  EXPECT_EQ(ServerCode(copy), 10077);
}

TEST(StatusTest, OkHasNoCode) {
  absl::Status status;
  SetServerCode(status, 10071);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(ServerCode(status), std::nullopt);
}

}  // namespace
}  // namespace walnats
