#include "walnats/nats/ack_subject.h"

#include <gtest/gtest.h>

#include <string>

namespace walnats::nats {
namespace {

constexpr char kV1[] =
    "$JS.ACK.shop-orders.mail.2.1093.77.1795168894000000001.5";
constexpr char kV2[] =
    "$JS.ACK._.ACCHASH.shop-orders.mail.2.1093.77.1795168894000000001.5";

void ExpectTheSample(std::string_view reply) {
  SCOPED_TRACE(std::string(reply));
  const auto info = ParseAckSubject(reply);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->stream, "shop-orders");
  EXPECT_EQ(info->consumer, "mail");
  EXPECT_EQ(info->delivered, 2u);
  EXPECT_EQ(info->stream_sequence, 1093u);
  EXPECT_EQ(info->consumer_sequence, 77u);
  EXPECT_EQ(absl::ToUnixNanos(info->time), 1795168894000000001);
  EXPECT_EQ(info->pending, 5u);
}

TEST(AckSubjectTest, ReadsBothForms) {
  ExpectTheSample(kV1);
  ExpectTheSample(kV2);
}

TEST(AckSubjectTest, IgnoresWhatFollowsTheSecondForm) {
  ExpectTheSample(std::string(kV2) + ".random");
  ExpectTheSample(std::string(kV2) + ".random.more");
}

TEST(AckSubjectTest, PointsIntoTheReply) {
  const std::string reply = kV1;
  const auto info = ParseAckSubject(reply);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->stream.data(), reply.data() + 8);
}

TEST(AckSubjectTest, RefusesWhatIsNone) {
  const std::string_view kOthers[] = {
      "",
      "$JS.ACK.",
      "$JS.ACK",
      "_INBOX.abc.1",
      "$JS.ACK.s.c.1.2.3.4",      // too short
      "$JS.ACK._.h.s.c.1.2.3.4",  // between the two forms
      "$JS.ACK.d.s.c.1.2.3.4.5",  // one too many for the first form
      "$JS.ACK.s.c.1.2.3.4.",     // empty at the end
      "$JS.ACK.s..1.2.3.4.5",     // empty in the middle
      "$JS.ACK..c.1.2.3.4.5",     // empty at the start
      "$JS.ACK.s.c.x.2.3.4.5",    // no number
      "$JS.ACK.s.c.1.2x.3.4.5",   // half a number
      "$JS.ACK.s.c.1.-2.3.4.5",   // negative
      "$JS.ACK.s.c.1.2.3.4.99999999999999999999",  // too large
      "$JS.ACK._.h.s.c.1.2.3.4.5.",  // second form, empty at the end
  };
  for (const std::string_view other : kOthers) {
    EXPECT_FALSE(ParseAckSubject(other)) << other;
  }
}

TEST(AckSubjectTest, RefusesEveryCutOffSample) {
  const std::string_view reply = kV1;
  // Behind the last dot a cut number is a number still.
  for (std::size_t size = 0; size <= reply.rfind('.'); ++size) {
    EXPECT_FALSE(ParseAckSubject(reply.substr(0, size + 1))) << size;
  }
}

}  // namespace
}  // namespace walnats::nats
