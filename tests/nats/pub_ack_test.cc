#include <gtest/gtest.h>

#include <cstddef>
#include <limits>

#include "walnats/nats/api_json.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using absl::StatusCode;

TEST(PubAckTest, ReadsEveryShape) {
  struct Case {
    std::string_view json;
    uint64_t sequence;
    bool duplicate;
  };
  const Case kCases[] = {
      {R"({"stream":"S","seq":1})", 1, false},
      {R"({"stream":"S", "seq":22})", 22, false},  // as servers write it
      {R"({"stream":"S", "seq":3,"duplicate": true})", 3, true},
      {R"({"stream":"S", "seq":3,"duplicate":true})", 3, true},
      {R"({"stream":"S","seq":4,"domain":"hub"})", 4, false},
      {R"({"stream":"S","domain":"hub", "seq":5})", 5, false},
      {R"({"stream":"S","seq":6,"domain":"hub","duplicate":true})", 6, true},
      {R"({"stream":"S","seq":18446744073709551615})",
       std::numeric_limits<uint64_t>::max(), false},
      // By Boost.JSON.
      {R"({"stream":"\u0053","seq":7})", 7, false},
      {R"({ "seq" : 8 , "stream" : "S" })", 8, false},
      {R"({"stream":"S","seq":9,"duplicate":false})", 9, false},
      {R"({"stream":"S","seq":10,"batch":"b","count":3,"val":"1"})", 10, false},
  };
  for (const Case& one : kCases) {
    const auto ack = ParsePubAck(one.json);
    ASSERT_TRUE(ack.ok()) << one.json << ack.status();
    EXPECT_EQ(ack->stream, "S") << one.json;
    EXPECT_EQ(ack->sequence, one.sequence) << one.json;
    EXPECT_EQ(ack->duplicate, one.duplicate) << one.json;
  }
}

TEST(PubAckTest, RefusesEveryTruncation) {
  for (const std::string_view whole :
       {R"({"stream":"S","seq":12,"domain":"hub","duplicate":true})",
        R"({"stream":"S", "seq":12,"duplicate": true})"}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto ack = ParsePubAck(whole.substr(0, size));
      EXPECT_EQ(ack.status().code(), StatusCode::kInternal)
          << whole.substr(0, size);
    }
  }
}

TEST(PubAckTest, RefusesWhatIsNone) {
  for (const std::string_view json :
       {"", "null", "[]", "{}", R"({"stream":"S"})", R"({"seq":1})",
        R"({"stream":"","seq":1})", R"({"stream":"S","seq":0})",
        R"({"stream":"S","seq":-1})", R"({"stream":"S","seq":"1"})",
        R"({"stream":"S","seq":1}x)", R"({"stream":"S","seq":1,})",
        R"({"stream":"S","seq":1,"duplicate":tru})",
        R"({"stream":"S","seq":18446744073709551616})"}) {
    EXPECT_EQ(ParsePubAck(json).status().code(), StatusCode::kInternal) << json;
  }
}

TEST(PubAckTest, ReportsARefusal) {
  const auto ack = ParsePubAck(
      R"({"error":{"code":400,"err_code":10071,)"
      R"("description":"wrong last sequence: 2"},"stream":"S1","seq":0})");
  EXPECT_EQ(ack.status().code(), StatusCode::kAborted);
  EXPECT_EQ(ack.status().message(), "wrong last sequence: 2");
  EXPECT_EQ(ServerCode(ack.status()), 10071);
}

}  // namespace
}  // namespace walnats::nats
