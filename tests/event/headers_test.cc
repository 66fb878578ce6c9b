#include "walnats/event/headers.h"

namespace walnats {
namespace {

TEST(HeadersTest, EncodesDelaysAsDecimalFloats) {
  struct Case {
    int64_t micros;
    std::string_view value;
  };
  const Case cases[] = {
      {1'700'000'000'250'000, "1700000000.25"},
      {1'700'000'000'123'456, "1700000000.123456"},
      {1'700'000'000'000'001, "1700000000.000001"},
      {1'700'000'000'000'000, "1700000000.0"},
      {0, "0.0"},
      {-250'000, "-0.25"},
      {-1'000'000, "-1.0"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(EncodeDelay(absl::FromUnixMicros(c.micros)), c.value);
  }
}

TEST(HeadersTest, DelaysRoundTripToTheMicrosecond) {
  for (int64_t i = 0; i < 10'000; ++i) {
    const absl::Time due =
        absl::FromUnixMicros(1'600'000'000'000'000 + i * 123'456'789'013);
    ASSERT_EQ(DecodeDelay(EncodeDelay(due)), due);
  }
}

TEST(HeadersTest, DecodesWhatPythonWrites) {
  struct Case {
    std::string_view value;
    int64_t micros;
  };
  const Case cases[] = {
      {"1700000000.123456", 1'700'000'000'123'456},
      {"1700000000.1234567", 1'700'000'000'123'457},
      {"1700000000.0", 1'700'000'000'000'000},
      {"1700000000", 1'700'000'000'000'000},
      {"1.7e9", 1'700'000'000'000'000},
      {"1.7e+09", 1'700'000'000'000'000},
      {"1e-05", 10},
      {"-0.25", -250'000},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(DecodeDelay(c.value), absl::FromUnixMicros(c.micros)) << c.value;
  }
}

TEST(HeadersTest, RefusesWhatIsNoTime) {
  for (std::string_view value : {"",     " ",        "inf",
                                 "-inf", "Infinity", "nan",
                                 "NaN",  "abc",      "1.5x",
                                 "1,5",  "1 ",       " 1",
                                 "0x10", "1.2.3",    "e9",
                                 ".",    "-",        "1e999",
                                 "1e13", "-1e300",   "2023-11-14T22:13:20Z"}) {
    EXPECT_EQ(DecodeDelay(value), std::nullopt) << value;
  }
}

TEST(HeadersTest, AcceptsTokensAndPlainValues) {
  for (const Header& header :
       {Header{"Nats-Msg-Id", "order 17"}, Header{"x", " "},
        Header{"a!#$%&'*+-.^_`|~9", "M\xc3\xbcller\t:"}}) {
    EXPECT_EQ(CheckHeader(header), absl::OkStatus()) << header.name;
  }
}

TEST(HeadersTest, RefusesWhatWouldBeMangled) {
  for (std::string_view name : {"", "a b", "a:b", "a\r\n", "M\xc3\xbcller",
                                "a,b", "(a)", "a\"", "a/b"}) {
    EXPECT_EQ(CheckHeader({name, "value"}).code(),
              absl::StatusCode::kFailedPrecondition)
        << name;
  }
  for (std::string_view value :
       {std::string_view("a\rb"), std::string_view("\n"),
        std::string_view("a\0", 2)}) {
    EXPECT_EQ(CheckHeader({"Name", value}),
              absl::FailedPreconditionError(
                  "set header \"Name\": value must not hold CR, LF or NUL"));
  }
  EXPECT_EQ(CheckHeader({"Name", ""}),
            absl::FailedPreconditionError(
                "set header \"Name\": value must not be empty"));
  EXPECT_EQ(CheckHeader({"a\nb", ""}),
            absl::FailedPreconditionError(
                "set header \"a\\nb\": name must be a token of RFC 9110"));
  const Header headers[] = {{"A", "1"}, {"B", ""}, {"C", "\n"}};
  EXPECT_EQ(CheckHeaders(headers), CheckHeader(headers[1]));
  EXPECT_EQ(CheckHeaders(std::span(headers, 1)), absl::OkStatus());
}

}  // namespace
}  // namespace walnats
