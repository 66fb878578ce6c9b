#include "walnats/nats/jetstream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/jetstream_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class JetStreamServerTest : public RealJetStream {
 protected:
  // A stream "s" with a durable "c", and a flow of it.
  void MakeConsumer(absl::Duration ack_wait = absl::Milliseconds(500)) {
    ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("s"))).ok());
    transport::ConsumerConfig config = ConsumerOf("c", "s");
    config.ack_wait = ack_wait;
    ASSERT_TRUE(Run(jetstream_->CreateConsumer("s", config)).ok());
    flow_ = jetstream_->Open("s", "c", {}, deliveries_);
  }
  void Pull(int count) {
    flow_->Want(count);
    ASSERT_TRUE(RunUntil([&] {
      return deliveries_.all.size() >= static_cast<std::size_t>(count);
    }));
  }
  std::deque<Published> PublishMany(std::size_t count) {
    std::deque<Published> published(count);
    for (Published& one : published) {
      one.message = {.subject = "s", .body = "x"};
      jetstream_->Publish(one);
    }
    EXPECT_TRUE(Run(jetstream_->Flush(absl::Seconds(20))).ok());
    return published;
  }
  transport::ConsumerInfo Consumer() {
    return *Run(jetstream_->GetConsumer("s", "c"));
  }

  Deliveries deliveries_;
  std::unique_ptr<transport::Flow> flow_;
};

TEST_F(JetStreamServerTest, KnowsItsServer) {
  EXPECT_EQ(jetstream_->server().version, server_->version());
  EXPECT_EQ(jetstream_->server().features.metadata, server_->AtLeast(2, 10));
  EXPECT_EQ(jetstream_->server().features.api_level > 0,
            server_->AtLeast(2, 11));
}

TEST_F(JetStreamServerTest, CreatesChangesListsAndDeletesStreams) {
  transport::StreamConfig config = StreamOf("one");
  config.max_messages = 10;
  const auto created = Run(jetstream_->CreateStream(config));
  ASSERT_TRUE(created.ok()) << created.status().message();
  EXPECT_EQ(created->config.max_messages, 10);
  ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("two"))).ok());

  config = created->config;
  config.max_messages = 20;
  const auto updated = Run(jetstream_->UpdateStream(config));
  ASSERT_TRUE(updated.ok()) << updated.status().message();
  EXPECT_EQ(Run(jetstream_->GetStream("one"))->config.max_messages, 20);

  const auto list = Run(jetstream_->ListStreams());
  ASSERT_THAT(*list, SizeIs(2));
  EXPECT_TRUE(Run(jetstream_->DeleteStream("one")).ok());
  const auto gone = Run(jetstream_->GetStream("one"));
  EXPECT_TRUE(absl::IsNotFound(gone.status()));
  EXPECT_EQ(gone.status().message(), "get stream \"one\": stream not found");
  EXPECT_EQ(ServerCode(gone.status()), 10059);
}

TEST_F(JetStreamServerTest, CreatesChangesListsAndDeletesConsumers) {
  ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("s"))).ok());
  transport::ConsumerConfig config = ConsumerOf("c", "s");
  const auto created = Run(jetstream_->CreateConsumer("s", config));
  ASSERT_TRUE(created.ok()) << created.status().message();
  config = created->config;
  config.ack_wait = absl::Seconds(7);
  const auto updated = Run(jetstream_->UpdateConsumer("s", config));
  ASSERT_TRUE(updated.ok()) << updated.status().message();
  EXPECT_EQ(Run(jetstream_->GetConsumer("s", "c"))->config.ack_wait,
            absl::Seconds(7));
  EXPECT_THAT(*Run(jetstream_->ListConsumers("s")), SizeIs(1));
  EXPECT_TRUE(Run(jetstream_->DeleteConsumer("s", "c")).ok());
  EXPECT_TRUE(
      absl::IsNotFound(Run(jetstream_->GetConsumer("s", "c")).status()));
  const auto paused =
      Run(jetstream_->PauseConsumer("s", "c", clock_.Now() + absl::Hours(1)));
  EXPECT_EQ(absl::IsUnimplemented(paused), !server_->AtLeast(2, 11));
}

TEST_F(JetStreamServerTest, ReadsErasesAndPurgesMessages) {
  ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("s"))).ok());
  const std::string binary("\0\xff\r\n", 4);
  transport::Expect expect;
  expect.message_id = "id-1";
  ASSERT_TRUE(Publish("s", binary, expect).ok());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Publish("s", "x").ok());
  transport::GetOptions first;
  first.sequence = 1;
  const auto message = Run(jetstream_->GetMessage("s", first));
  ASSERT_TRUE(message.ok()) << message.status().message();
  EXPECT_EQ(message->body, binary);
  ASSERT_THAT(message->headers, SizeIs(1));
  EXPECT_EQ(message->headers[0].name, "Nats-Msg-Id");
  EXPECT_EQ(message->headers[0].value, "id-1");
  EXPECT_TRUE(Run(jetstream_->EraseMessage("s", 1)).ok());
  EXPECT_TRUE(
      absl::IsNotFound(Run(jetstream_->GetMessage("s", first)).status()));
  transport::PurgeOptions keep;
  keep.keep = 1;
  EXPECT_EQ(Run(jetstream_->PurgeStream("s", keep)).value(), 3U);
}

TEST_F(JetStreamServerTest, StoresOnceWhatHasOneId) {
  ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("s"))).ok());
  transport::Expect expect;
  expect.message_id = "id-1";
  const auto first = Publish("s", "x", expect);
  const auto second = Publish("s", "x", expect);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->stream, "s");
  EXPECT_FALSE(first->duplicate);
  EXPECT_TRUE(second->duplicate);
  EXPECT_EQ(second->sequence, first->sequence);
}

TEST_F(JetStreamServerTest, SaysWhyAPublishWasRefused) {
  ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("s"))).ok());
  ASSERT_TRUE(Publish("s", "x").ok());
  transport::Expect expect;
  expect.last_sequence = 9;
  const auto wrong = Publish("s", "x", expect);
  EXPECT_TRUE(absl::IsAborted(wrong.status()));
  EXPECT_EQ(wrong.status().message(), "publish \"s\": wrong last sequence: 1");
  const auto nowhere = Publish("nowhere", "x");
  EXPECT_EQ(nowhere.status(),
            absl::UnavailableError("publish \"nowhere\": no stream takes it "
                                   "(no responders)"));
}

TEST_F(JetStreamServerTest, PublishesManyThroughASmallWindow) {
  JetStreamOptions options;
  options.publisher.window_messages = 64;
  ASSERT_NO_FATAL_FAILURE(Start(options));
  ASSERT_TRUE(Run(jetstream_->CreateStream(StreamOf("s"))).ok());
  uint64_t sequence = 0;
  for (const Published& one : PublishMany(5000)) {
    ASSERT_TRUE(one.result->ok()) << one.result->status().message();
    ASSERT_EQ((*one.result)->sequence, ++sequence);
  }
}

TEST_F(JetStreamServerTest, PullsAndSettlesEveryWay) {
  ASSERT_NO_FATAL_FAILURE(MakeConsumer());
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(Publish("s", Cat("m", i)).ok());
  ASSERT_NO_FATAL_FAILURE(Pull(5));
  EXPECT_EQ(deliveries_.all[4].message().body(), "m5");
  EXPECT_EQ(deliveries_.all[4].info().stream_sequence, 5U);
  EXPECT_EQ(deliveries_.all[4].info().delivered, 1U);
  jetstream_->Settle(deliveries_.TakeFirst(), transport::Ack(), Soon());
  jetstream_->Settle(deliveries_.TakeFirst(), transport::Term{"poison"},
                     Soon());
  EXPECT_TRUE(Run(jetstream_->AckSync(deliveries_.TakeFirst())).ok());
  jetstream_->Settle(deliveries_.TakeFirst(), transport::Nak{}, Soon());
  jetstream_->Settle(deliveries_.TakeFirst(),
                     transport::Nak{absl::Milliseconds(200)}, Soon());
  const absl::Time naked = clock_.Now();
  ASSERT_NO_FATAL_FAILURE(Pull(2));
  EXPECT_EQ(deliveries_.all[0].info().stream_sequence, 4U);
  EXPECT_EQ(deliveries_.all[1].info().stream_sequence, 5U);
  EXPECT_EQ(deliveries_.all[1].info().delivered, 2U);
  EXPECT_GE(clock_.Now() - naked, absl::Milliseconds(200));
  for (int i = 0; i < 2; ++i) {
    jetstream_->Settle(deliveries_.TakeFirst(), transport::Ack(), Soon());
  }
  ASSERT_TRUE(Run(jetstream_->Flush(absl::Seconds(5))).ok());
  ASSERT_TRUE(RunUntil([&] { return Consumer().ack_pending == 0; }));
  EXPECT_EQ(Consumer().ack_floor_stream_sequence, 5U);
}

TEST_F(JetStreamServerTest, CountsRedeliveriesAndKeepsAliveWhatIsInProgress) {
  ASSERT_NO_FATAL_FAILURE(MakeConsumer());
  ASSERT_TRUE(Publish("s", "lost").ok());
  ASSERT_TRUE(Publish("s", "long").ok());
  ASSERT_NO_FATAL_FAILURE(Pull(2));
  flow_->Want(10);
  // Twice the ack_wait with signs of life for the second message alone.
  const absl::Time end = clock_.Now() + absl::Seconds(1);
  while (clock_.Now() < end) {
    ASSERT_TRUE(jetstream_->InProgress(deliveries_.all[1]));
    const absl::Time next = clock_.Now() + absl::Milliseconds(100);
    ASSERT_TRUE(RunUntil([&] { return clock_.Now() >= next; }));
  }
  ASSERT_GE(deliveries_.all.size(), 3U);
  for (std::size_t i = 2; i < deliveries_.all.size(); ++i) {
    EXPECT_EQ(deliveries_.all[i].message().body(), "lost");
    EXPECT_EQ(deliveries_.all[i].info().delivered, i);
  }
}

TEST_F(JetStreamServerTest, TellsThatItsConsumerIsDeleted) {
  ASSERT_NO_FATAL_FAILURE(MakeConsumer());
  flow_->Want(1);
  // The pull has arrived before the deletion is asked for.
  ASSERT_TRUE(Run(jetstream_->DeleteConsumer("s", "c")).ok());
  ASSERT_TRUE(RunUntil([&] { return !deliveries_.events.empty(); }));
  EXPECT_THAT(deliveries_.events,
              ElementsAre(transport::FlowEvent::kConsumerMissing));
  const transport::ConsumerConfig config = ConsumerOf("c", "s");
  ASSERT_TRUE(Run(jetstream_->CreateConsumer("s", config)).ok());
  ASSERT_TRUE(Publish("s", "x").ok());
  flow_->Restart();
  EXPECT_TRUE(RunUntil([&] { return deliveries_.all.size() == 1; }));
}

// In the midst of a backlog. A delivery that the end of the interest dropped
// would come again after ack_wait only, which is too late for this test.
TEST_F(JetStreamServerTest, GetsEverythingUntilStopDeliveriesAndNothingAfter) {
  ASSERT_NO_FATAL_FAILURE(MakeConsumer(absl::Minutes(1)));
  PublishMany(4000);
  flow_->Want(5000);
  ASSERT_TRUE(RunUntil([&] { return deliveries_.all.size() >= 100; }));
  ASSERT_TRUE(Run(jetstream_->StopDeliveries(absl::Seconds(5))).ok());
  const std::size_t got = deliveries_.all.size();
  while (!deliveries_.all.empty()) {
    jetstream_->Settle(deliveries_.TakeFirst(), transport::Nak{}, Soon());
  }
  ASSERT_TRUE(RunUntil([&] { return Consumer().waiting == 0; }));
  EXPECT_THAT(deliveries_.all, SizeIs(0)) << "of " << got;
  flow_ = jetstream_->Open("s", "c", {}, deliveries_);
  ASSERT_NO_FATAL_FAILURE(Pull(4000));
}

TEST_F(JetStreamServerTest, LosesAndDoublesNothingOverKillsOfItsServer) {
  ASSERT_NO_FATAL_FAILURE(MakeConsumer());
  std::deque<Published> published(2000);
  std::deque<std::string> ids;
  std::size_t next = 0;
  const auto publish = [&](std::size_t until) {
    for (; next < until; ++next) {
      Published& one = published[next];
      one.message = {.subject = "s", .body = "x"};
      one.expect.message_id = ids.emplace_back(Cat("id-", next));
      jetstream_->Publish(one);
    }
  };
  for (int round = 1; round <= 2; ++round) {
    publish(round * published.size() / 2 - 500);
    ASSERT_TRUE(
        RunUntil([&] { return published[next - 400].result.has_value(); }));
    ASSERT_TRUE(server_->Kill9().ok());
    publish(round * published.size() / 2);
    ASSERT_TRUE(server_->Restart().ok());
  }
  ASSERT_TRUE(Run(jetstream_->Flush(absl::Seconds(30))).ok());
  for (const Published& one : published) {
    ASSERT_TRUE(one.result->ok()) << one.result->status().message();
  }
  EXPECT_EQ(Run(jetstream_->GetStream("s"))->messages, published.size());
  flow_->Want(2000);
  EXPECT_TRUE(RunUntil([&] { return deliveries_.all.size() >= 2000; }));
}

}  // namespace
}  // namespace walnats::nats
