#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nats/publisher_fixture.h"
#include "walnats/nats/publisher.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What the Publisher does about answers that do not come.
class PublisherLossTest : public PublisherFixture {};

TEST_F(PublisherLossTest, SendsAgainWithTheSameIdAfterAReconnect) {
  Make({});
  Publication& first = Publish("1");
  Publication& second = Publish("2");
  const auto before = wire_.Take();
  wire_.GoDown();
  Publication& third = Publish("3");
  wire_.GoUp();
  const auto after = wire_.Take();
  EXPECT_THAT(Ids(after), ElementsAre("1", "2", "3"));
  EXPECT_NE(after[0].reply, before[0].reply);
  EXPECT_EQ(publisher_->in_flight(), 3);
  Answer(before[0], 99);
  EXPECT_FALSE(first.result.has_value()) << "took an answer of the lost copy";
  Answer(after[0], 1, true);
  Answer(after[1], 2);
  Answer(after[2], 3);
  EXPECT_TRUE((*first.result)->duplicate);
  EXPECT_TRUE(second.result->ok() && third.result->ok());
}

TEST_F(PublisherLossTest, KeepsTheOrderOverTwoLosses) {
  Make({.window_messages = 4});
  for (const char* id : {"1", "2", "3", "4", "5"}) Publish(id);
  wire_.GoDown();
  wire_.Take();
  wire_.GoUp();
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("1", "2", "3", "4"));
  wire_.GoDown();
  wire_.is_writable = false;
  wire_.GoUp();
  wire_.Writable();
  const auto sent = wire_.Take();
  EXPECT_THAT(Ids(sent), ElementsAre("1", "2", "3", "4"));
  Answer(sent[0], 1);
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("5"));
}

TEST_F(PublisherLossTest, ReportsUnknownWithoutAnId) {
  Make({});
  Publication& publication = Publish();
  wire_.Take();
  wire_.GoDown();
  Turn();
  EXPECT_EQ(publication.code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(publication.error(), HasSubstr("no message id"));
  wire_.GoUp();
  EXPECT_THAT(wire_.Take(), IsEmpty());
}

TEST_F(PublisherLossTest, ReportsUnknownAfterTheDuplicateWindow) {
  Make({});
  Publication& publication =
      Publish("1", {.resolve_within = absl::Seconds(100)});
  wire_.Take();
  wire_.GoDown();
  clock_.Advance(absl::Seconds(89));
  EXPECT_FALSE(publication.result.has_value());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(publication.code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(publication.error(), HasSubstr("duplicate window of 1m40s"));
  wire_.GoUp();
  EXPECT_THAT(wire_.Take(), IsEmpty());
}

TEST_F(PublisherLossTest, SendsAgainWhatIsNotAnswered) {
  Make({});
  Publication& with = Publish("1");
  Publication& without = Publish();
  wire_.Take();
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(without.code(), absl::StatusCode::kUnknown);
  EXPECT_FALSE(with.result.has_value());
  Answer(wire_.TakeOne(), 1);
  EXPECT_TRUE(with.result->ok());
}

TEST_F(PublisherLossTest, StopsSendingToASilentServerAfterTheWindow) {
  Make({});
  Publication& publication =
      Publish("1", {.resolve_within = absl::Seconds(10)});
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("1", "1"));
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(publication.code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(wire_.Take(), IsEmpty());
}

TEST_F(PublisherLossTest, SaysUnknownIfItsOwnFirstCopyMayBeTheWrongSequence) {
  for (const int code : {10071, 10164}) {
    Make({});
    transport::Expect expect;
    expect.last_sequence = 4;
    Publication& publication = Publish("1", {}, expect);
    wire_.Take();
    wire_.GoDown();
    wire_.GoUp();
    Refuse(wire_.TakeOne(), 400, code, "wrong last sequence: 5");
    EXPECT_EQ(publication.code(), absl::StatusCode::kUnknown);
    EXPECT_THAT(publication.error(), HasSubstr("wrong last sequence: 5"));
    EXPECT_THAT(publication.error(), HasSubstr("first copy may be stored"));
  }
}

TEST_F(PublisherLossTest, SaysUnknownIfTheSecondCopyFindsNoResponders) {
  Make({.no_responders_retries = 0});
  Publication& publication = Publish("1");
  wire_.Take();
  wire_.GoDown();
  wire_.GoUp();
  wire_.NoResponders(wire_.TakeOne());
  EXPECT_EQ(publication.code(), absl::StatusCode::kUnknown);
}

TEST_F(PublisherLossTest, SaysUnknownIfTheWireRefusesTheSecondCopy) {
  Make({});
  Publication& publication = Publish("1");
  wire_.GoDown();
  wire_.refusal = absl::FailedPreconditionError("too large now");
  wire_.GoUp();
  Turn();
  EXPECT_EQ(publication.code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(publisher_->idle());
}

TEST_F(PublisherLossTest, KeepsWhatFoundNoRespondersOverAReconnect) {
  Make({});
  Publication& publication = Publish();
  wire_.NoResponders(wire_.TakeOne());
  wire_.GoDown();
  clock_.Advance(absl::Seconds(1));
  EXPECT_FALSE(publication.result.has_value());
  wire_.GoUp();
  Answer(wire_.TakeOne(), 1);
  EXPECT_TRUE(publication.result->ok());
}

TEST_F(PublisherLossTest, SendsNothingToALameDuck) {
  Make({});
  Publication& first = Publish("1");
  const FakeWire::Sent sent = wire_.TakeOne();
  wire_.LameDuck();
  Publish("2");
  EXPECT_THAT(wire_.Take(), IsEmpty());
  Answer(sent, 1);
  EXPECT_TRUE(first.result->ok());
  wire_.GoDown();
  wire_.GoUp();
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("2"));
}

TEST_F(PublisherLossTest, WaitsForASlotThatAnOldNumberHolds) {
  Make({.window_messages = 2});
  Publish("slow");
  const FakeWire::Sent slow = wire_.TakeOne();
  for (const char* id : {"1", "2", "3"}) {
    Publish(id);
    Answer(wire_.TakeOne(), 1);
  }
  Publish("4");  // its slot is the slow one's
  EXPECT_THAT(wire_.Take(), IsEmpty());
  Answer(slow, 9);
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("4"));
}

}  // namespace
}  // namespace walnats::nats
