#include "walnats/transport/server_error.h"

#include <gtest/gtest.h>

#include <string_view>

#include "walnats/status.h"

namespace walnats::transport {
namespace {

using absl::StatusCode;

TEST(ServerErrorTest, HasTheCodeThatTheCallerNeeds) {
  struct Case {
    int http_code;
    int server_code;
    std::string_view description;
    StatusCode code;
  };
  const Case kCases[] = {
      {404, 10059, "stream not found", StatusCode::kNotFound},
      {404, 10014, "consumer not found", StatusCode::kNotFound},
      {404, 10037, "no message found", StatusCode::kNotFound},
      {400, 10149, "consumer does not exist", StatusCode::kNotFound},
      {500, 10057, "no message found", StatusCode::kNotFound},
      {500, 10057, "stream store EOF", StatusCode::kNotFound},
      {500, 10057, "message delete not permitted",
       StatusCode::kFailedPrecondition},
      {400, 10071, "wrong last sequence: 2", StatusCode::kAborted},
      {400, 10164, "wrong last sequence", StatusCode::kAborted},
      {400, 10070, "wrong last msg ID: a", StatusCode::kAborted},
      {503, 10077, "maximum messages exceeded", StatusCode::kResourceExhausted},
      {500, 10047, "insufficient storage", StatusCode::kResourceExhausted},
      {503, 10023, "insufficient resources", StatusCode::kResourceExhausted},
      {429, 10167, "too many requests", StatusCode::kResourceExhausted},
      {400, 10026, "maximum consumers", StatusCode::kResourceExhausted},
      {503, 10008, "temporarily unavailable", StatusCode::kUnavailable},
      {500, 10009, "not the leader", StatusCode::kUnavailable},
      {503, 10039, "not enabled for account", StatusCode::kFailedPrecondition},
      {400, 10058, "name in use", StatusCode::kFailedPrecondition},
      {500, 10052, "invalid config", StatusCode::kFailedPrecondition},
      {400, 10060, "expected stream", StatusCode::kFailedPrecondition},
      {400, 10054, "message size", StatusCode::kFailedPrecondition},
      {404, 0, "", StatusCode::kNotFound},
      {503, 0, "", StatusCode::kUnavailable},
  };
  for (const Case& one : kCases) {
    const absl::Status status =
        ServerError(one.http_code, one.server_code, one.description);
    EXPECT_EQ(status.code(), one.code) << one.server_code << one.description;
    EXPECT_EQ(ServerCode(status).value_or(0), one.server_code);
    EXPECT_FALSE(status.message().empty());
  }
}

TEST(ServerErrorTest, NeverMakesAMessageDead) {
  for (int server_code = 10000; server_code < 10300; ++server_code) {
    for (const int http_code : {0, 400, 404, 408, 409, 412, 429, 500, 503}) {
      const StatusCode code = ServerError(http_code, server_code, "x").code();
      EXPECT_NE(code, StatusCode::kOk);
      EXPECT_NE(code, StatusCode::kInvalidArgument);
      EXPECT_NE(code, StatusCode::kOutOfRange);
      EXPECT_NE(code, StatusCode::kUnimplemented);
      EXPECT_NE(code, StatusCode::kDataLoss);
    }
  }
}

}  // namespace
}  // namespace walnats::transport
