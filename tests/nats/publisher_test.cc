#include "walnats/nats/publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/nats/publisher_fixture.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PublisherTest : public PublisherFixture {};

TEST_F(PublisherTest, SendsAndCompletesWithTheAck) {
  Make({});
  Publication& publication = Publish("id-1");
  const FakeWire::Sent sent = wire_.TakeOne();
  EXPECT_EQ(sent.subject, "shop.order-placed");
  EXPECT_EQ(sent.body, "order");
  EXPECT_EQ(sent.header("Nats-Msg-Id"), "id-1");
  EXPECT_FALSE(publication.result.has_value());
  EXPECT_FALSE(publisher_->idle());
  Answer(sent, 7, true);
  ASSERT_TRUE(publication.result->ok()) << publication.error();
  EXPECT_EQ((*publication.result)->stream, "shop-order-placed");
  EXPECT_EQ((*publication.result)->sequence, 7U);
  EXPECT_TRUE((*publication.result)->duplicate);
  EXPECT_TRUE(publisher_->idle());
}

TEST_F(PublisherTest, SendsUsersHeadersAndEveryExpectation) {
  Make({});
  const Header header{"Walnats-Trace", "t"};
  Publication done;
  done.message = {.subject = "a", .headers = std::span(&header, 1)};
  done.expect = {.stream = "s",
                 .message_id = "m",
                 .last_sequence = 0,
                 .subject_last_sequence = 12345678901234567890U,
                 .subject = "a.>",
                 .last_message_id = "l"};
  publisher_->Publish(done);
  const FakeWire::Sent sent = wire_.TakeOne();
  EXPECT_THAT(sent.headers, SizeIs(7));
  EXPECT_EQ(sent.header("Walnats-Trace"), "t");
  EXPECT_EQ(sent.header("Nats-Msg-Id"), "m");
  EXPECT_EQ(sent.header("Nats-Expected-Stream"), "s");
  EXPECT_EQ(sent.header("Nats-Expected-Last-Sequence"), "0");
  EXPECT_EQ(sent.header("Nats-Expected-Last-Subject-Sequence"),
            "12345678901234567890");
  EXPECT_EQ(sent.header("Nats-Expected-Last-Subject-Sequence-Subject"), "a.>");
  EXPECT_EQ(sent.header("Nats-Expected-Last-Msg-Id"), "l");
  publisher_->Close();
}

TEST_F(PublisherTest, QueuesInOrderWhenTheWindowIsFull) {
  Make({.window_messages = 2});
  for (const char* id : {"1", "2", "3", "4"}) Publish(id);
  const auto first = wire_.Take();
  EXPECT_THAT(Ids(first), ElementsAre("1", "2"));
  Answer(first[1], 2);
  const FakeWire::Sent third = wire_.TakeOne();
  EXPECT_EQ(third.header("Nats-Msg-Id"), "3");
  Answer(first[0], 1);
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("4"));
  EXPECT_EQ(publisher_->in_flight(), 2);
}

TEST_F(PublisherTest, QueuesWhenTheWindowsBytesAreTaken) {
  Make({.window_bytes = 11});
  Publish();  // 5 bytes
  Publish();
  Publish();
  const auto sent = wire_.Take();
  ASSERT_THAT(sent, SizeIs(2));
  Answer(sent[0], 1);
  EXPECT_THAT(wire_.Take(), SizeIs(1));
}

TEST_F(PublisherTest, SendsAloneWhatIsLargerThanTheWindow) {
  Make({.window_bytes = 3});
  Publish();
  Publish();
  const FakeWire::Sent sent = wire_.TakeOne();
  Answer(sent, 1);
  EXPECT_THAT(wire_.Take(), SizeIs(1));
}

TEST_F(PublisherTest, RefusesWhenFullIfItMayNotWait) {
  Make({.window_messages = 1});
  Publish();
  Publication& refused = Publish("", {.wait = false});
  EXPECT_FALSE(refused.result.has_value()) << "completed inside Publish";
  Turn();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(refused.error(),
            "publish \"shop.order-placed\": the publish window is full");
  wire_.GoDown();
  Publication& down = Publish("", {.wait = false});
  Turn();
  EXPECT_EQ(down.code(), absl::StatusCode::kUnavailable);
}

TEST_F(PublisherTest, WaitsWhileTheWireIsNotWritable) {
  Make({});
  wire_.is_writable = false;
  Publish("1");
  EXPECT_THAT(wire_.Take(), IsEmpty());
  wire_.Writable();
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("1"));
}

TEST_F(PublisherTest, GivesUpWhatStaysUnsent) {
  Make({.window_messages = 1});
  wire_.GoDown();
  Publication& patient = Publish("1", {.unsent_limit = absl::Seconds(20)});
  Publication& hasty = Publish("2", {.unsent_limit = absl::Seconds(10)});
  clock_.Advance(absl::Seconds(9));
  EXPECT_FALSE(hasty.result.has_value());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(hasty.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(hasty.error(),
            "publish \"shop.order-placed\": could not be sent within 10s");
  EXPECT_FALSE(patient.result.has_value());
  wire_.GoUp();
  EXPECT_THAT(Ids(wire_.Take()), ElementsAre("1"));
}

TEST_F(PublisherTest, RefusesWhatTheServerCannotTake) {
  wire_.info.max_payload = 40;
  Make({});
  Publication& large = Publish("0123456789");  // 5 + 12 + 25
  Turn();
  EXPECT_EQ(large.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(large.error(),
            "publish \"shop.order-placed\": payload of 42 bytes with its "
            "headers over the server's limit of 40");
  Publish("01234567");
  EXPECT_THAT(wire_.Take(), SizeIs(1));
}

TEST_F(PublisherTest, CompletesWhatTheWireRefuses) {
  Make({});
  wire_.refusal = absl::FailedPreconditionError("CR in a header");
  Publication& refused = Publish("1");
  EXPECT_FALSE(refused.result.has_value()) << "completed inside Publish";
  Turn();
  EXPECT_EQ(refused.error(), "CR in a header");
  EXPECT_TRUE(publisher_->idle());
}

TEST_F(PublisherTest, NamesTheSubjectInTheServersRefusal) {
  Make({});
  Publication& refused = Publish("1");
  Refuse(wire_.TakeOne(), 400, 10071, "wrong last sequence: 5");
  EXPECT_EQ(refused.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(refused.error(),
            "publish \"shop.order-placed\": wrong last sequence: 5");
  EXPECT_EQ(ServerCode(refused.result->status()), 10071);
}

TEST_F(PublisherTest, TriesAgainWithoutRespondersThenGivesUp) {
  Make({});
  Publication& publication = Publish();
  for (int attempt = 0; attempt < 2; ++attempt) {
    wire_.NoResponders(wire_.TakeOne());
    clock_.Advance(absl::Milliseconds(249));
    EXPECT_THAT(wire_.Take(), IsEmpty());
    clock_.Advance(absl::Milliseconds(1));
  }
  wire_.NoResponders(wire_.TakeOne());
  EXPECT_EQ(publication.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(publication.error(),
            "publish \"shop.order-placed\": no stream takes it "
            "(no responders)");
  EXPECT_TRUE(publisher_->idle());
}

TEST_F(PublisherTest, IgnoresAnswersThatNobodyWaitsFor) {
  Make({});
  Publication& publication = Publish("1");
  const FakeWire::Sent sent = wire_.TakeOne();
  for (const char* token : {"", "0", "ffff", "zz", "1000000000000000000000"}) {
    wire_.Deliver(Cat("_INBOX.fake.p", token), "{\"stream\":\"x\",\"seq\":1}");
  }
  EXPECT_FALSE(publication.result.has_value());
  Answer(sent, 1);
  Answer(sent, 2);
  EXPECT_EQ((*publication.result)->sequence, 1U);
}

TEST_F(PublisherTest, LetsCompletionsPublishAgain) {
  Make({.window_messages = 1});
  int left = 20'000;
  Publication publication;
  publication.message.subject = "a";
  publication.options.wait = false;
  const auto publish = [&] {
    publication.result.reset();
    publisher_->Publish(publication);
  };
  // The failures are known at once: completing them inside Publish would use
  // up the stack.
  publication.then = [&] {
    if (--left > 0) publish();
  };
  wire_.refusal = absl::FailedPreconditionError("no");
  publish();
  Turn();
  EXPECT_EQ(left, 0);
}

TEST_F(PublisherTest, CompletesEverythingAtClose) {
  Make({.window_messages = 1});
  Publication& flying = Publish("1");
  Publication& queued = Publish("2");
  publisher_->Close();
  EXPECT_EQ(flying.code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(queued.code(), absl::StatusCode::kFailedPrecondition);
  Publication& late = Publish("3");
  publisher_.reset();
  EXPECT_EQ(late.code(), absl::StatusCode::kFailedPrecondition);
}

// Whatever happens to answers and connection, everything ends once, and what
// ended well was stored once.
TEST_F(PublisherTest, EndsEveryPublishOnceUnderRandomFaults) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto chance = [&random](int percent) {
      return static_cast<int>(random() % 100) < percent;
    };
    publications_.clear();
    Make({.window_messages = 8});
    std::map<std::string, uint64_t> stored;  // the server's duplicate window
    bool up = true;
    for (int step = 0; step < 400 || !publisher_->idle(); ++step) {
      ASSERT_LT(step, 5000);
      if (step < 400) Publish(Cat("id-", publications_.size()));
      if (up && chance(3)) {
        wire_.GoDown();
        up = false;
      } else if (!up && chance(30)) {
        wire_.GoUp();
        up = true;
      }
      for (const FakeWire::Sent& sent : wire_.Take()) {
        if (chance(5)) continue;  // lost on the way there
        const auto [entry, fresh] =
            stored.emplace(sent.header("Nats-Msg-Id"), stored.size() + 1);
        if (up && !chance(5)) Answer(sent, entry->second, !fresh);
      }
      clock_.Advance(absl::Milliseconds(100));
    }
    for (const Publication& publication : publications_) {
      ASSERT_TRUE(publication.result.has_value());
      ASSERT_TRUE(publication.result->ok()) << publication.error();
      EXPECT_EQ((*publication.result)->sequence, stored[publication.id]);
    }
    wire_.Take();
    if (!up) wire_.GoUp();
  }
}

}  // namespace
}  // namespace walnats::nats
