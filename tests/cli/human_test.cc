#include "walnats/cli/human.h"

#include <gtest/gtest.h>

namespace walnats::cli {
namespace {

TEST(HumanTest, CountsAreGrouped) {
  EXPECT_EQ(HumanCount(0), "0");
  EXPECT_EQ(HumanCount(999), "999");
  EXPECT_EQ(HumanCount(1000), "1,000");
  EXPECT_EQ(HumanCount(1234567), "1,234,567");
  EXPECT_EQ(Plural(1, "letter"), "1 letter");
  EXPECT_EQ(Plural(2000, "letter"), "2,000 letters");
}

TEST(HumanTest, BytesHaveTheUnitThatFits) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(1023), "1023 B");
  EXPECT_EQ(HumanBytes(1024), "1 KiB");
  EXPECT_EQ(HumanBytes(1536), "1.5 KiB");
  EXPECT_EQ(HumanBytes((1 << 20) - 1), "1 MiB");
  EXPECT_EQ(HumanBytes(uint64_t{5} << 30), "5 GiB");
  EXPECT_EQ(HumanBytes(UINT64_MAX), "16 EiB");
}

TEST(HumanTest, DurationsHaveTwoUnits) {
  struct Case {
    absl::Duration duration;
    std::string_view text;
  };
  const Case cases[] = {
      {absl::ZeroDuration(), "0ms"},
      {absl::Milliseconds(12), "12ms"},
      {absl::Milliseconds(1500), "1.5s"},
      {absl::Seconds(2), "2s"},
      {absl::Seconds(59), "59s"},
      {absl::Seconds(60), "1m"},
      {absl::Seconds(125), "2m 5s"},
      {absl::Hours(3) + absl::Seconds(5), "3h"},
      {absl::Hours(76), "3d 4h"},
      {-absl::Seconds(1), "0ms"},
      {absl::InfiniteDuration(), "-"},
  };
  for (const auto& [duration, text] : cases) {
    EXPECT_EQ(HumanDuration(duration), text) << duration;
  }
}

TEST(HumanTest, ReadsDurations) {
  EXPECT_EQ(*ParseDuration("90s"), absl::Seconds(90));
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("7d"), absl::Hours(168));
  EXPECT_EQ(*ParseDuration("1d12h"), absl::Hours(36));
  for (const char* text : {"", "d", "10", "0s", "-5m", "1y", "xd", "1d2"}) {
    EXPECT_EQ(ParseDuration(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(HumanTest, ReadsTimes) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_EQ(*ParseTime("2h", now), now - absl::Hours(2));
  EXPECT_EQ(*ParseTime("1970-01-02", now), absl::FromUnixSeconds(86'400));
  EXPECT_EQ(*ParseTime("1970-01-01T00:00:01Z", now), absl::FromUnixSeconds(1));
  EXPECT_FALSE(ParseTime("yesterday", now).ok());
  EXPECT_EQ(HumanTime(absl::FromUnixSeconds(86'400)),
            "1970-01-02 00:00:00.000");
  EXPECT_EQ(HumanTime(absl::InfinitePast()), "-");
}

TEST(HumanTest, ReadsSizes) {
  EXPECT_EQ(*ParseBytes("500"), 500);
  EXPECT_EQ(*ParseBytes("64KiB"), 65'536);
  EXPECT_EQ(*ParseBytes("1 MB"), 1'000'000);
  for (const char* text : {"", "KiB", "-1", "0", "9999999999TiB", "1XB"}) {
    EXPECT_FALSE(ParseBytes(text).ok()) << text;
  }
}

}  // namespace
}  // namespace walnats::cli
