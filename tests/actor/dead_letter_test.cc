#include "walnats/actor/dead_letter.h"

#include <google/protobuf/util/time_util.h>

#include "tests/actor/stage.h"

namespace walnats::internal {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::SizeIs;
using testing::Stage;

TEST(DeadLetterTest, SaysAllThatIsKnown) {
  Stage stage;
  stage.Run(testing::Returning(absl::OutOfRangeError("no such user")));
  stage.Deliver({.body = std::string("\0\xff", 2),
                 .headers = {{"Walnats-Trace", "t1"}, {"Color", "red"}},
                 .sequence = 7,
                 .delivered = 2,
                 .time = absl::FromUnixMillis(5'250),
                 .subject = "parcel.sent.eu"});
  ASSERT_THAT(stage.dead.letters, SizeIs(1));
  const v1::DeadLetter& letter = stage.dead.letters[0];
  EXPECT_EQ(letter.service(), "post");
  EXPECT_EQ(letter.service_version(), "1.2.3");
  EXPECT_EQ(letter.actor(), "mailer");
  EXPECT_EQ(letter.event(), "parcel.sent");
  EXPECT_EQ(letter.subject(), "parcel.sent.eu");
  EXPECT_EQ(letter.stream(), "parcel-sent");
  EXPECT_EQ(letter.sequence(), 7u);
  EXPECT_EQ(letter.stored_at(), TimeUtil::MillisecondsToTimestamp(5'250));
  ASSERT_EQ(letter.headers_size(), 2);
  EXPECT_EQ(letter.headers(1).name(), "Color");
  EXPECT_EQ(letter.headers(1).value(), "red");
  EXPECT_EQ(letter.body(), std::string("\0\xff", 2));
  EXPECT_EQ(letter.schema(), "test.Text");
  EXPECT_EQ(letter.attempts(), 2);
  EXPECT_EQ(letter.code(), "OUT_OF_RANGE");
  EXPECT_EQ(letter.error(), "no such user");
  EXPECT_EQ(letter.died_at(), TimeUtil::SecondsToTimestamp(
                                  absl::ToUnixSeconds(stage.clock().Now())));
}

}  // namespace
}  // namespace walnats::internal
