// Batches, and requests with many answers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nats/jetstream_fixture.h"
#include "walnats/event/headers.h"
#include "walnats/status.h"

namespace walnats::nats {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using transport::Outgoing;
using transport::PubAck;

class BatchTest : public JetStreamFixture {
 protected:
  const Outgoing messages_[3] = {{.subject = "a", .body = "1"},
                                 {.subject = "b", .body = "2"},
                                 {.subject = "a", .body = "3"}};
};

TEST_F(BatchTest, IsRefusedWhereTheServerWouldStoreEachAlone) {
  Start(kInfo210, "2.10.27");
  const auto ack = Begin(jetstream_->PublishBatch(messages_, {}));
  EXPECT_TRUE(absl::IsUnimplemented((*ack)->status()));
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(BatchTest, HoldsOneToAThousandMessages) {
  Start(kInfo215, "2.15.1");
  const std::vector<Outgoing> many(1001, messages_[0]);
  for (const std::span<const Outgoing> batch :
       {std::span<const Outgoing>(), std::span<const Outgoing>(many)}) {
    const auto ack = Begin(jetstream_->PublishBatch(batch, {}));
    EXPECT_EQ((*ack)->status().code(), absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(BatchTest, StagesAllAndAsksForTheFirstAndTheLast) {
  Start(kInfo215, "2.15.1");
  const auto ack = Begin(
      jetstream_->PublishBatch(messages_, {.stream = "s", .last_sequence = 7}));
  const FakeWire::Sent first = wire_->TakeOne();
  EXPECT_EQ(first.header(kBatchSequenceHeader), "1");
  EXPECT_EQ(first.header(kExpectedLastSequenceHeader), "7");
  EXPECT_EQ(first.header(kExpectedStreamHeader), "s");
  EXPECT_EQ(first.header(kBatchCommitHeader), "");
  Answer(first, "");

  const std::vector<FakeWire::Sent> rest = wire_->Take();
  ASSERT_EQ(rest.size(), 2);
  EXPECT_EQ(rest[0].subject, "b");
  EXPECT_EQ(rest[0].reply, "");
  EXPECT_EQ(rest[0].header(kBatchSequenceHeader), "2");
  EXPECT_EQ(rest[0].header(kExpectedLastSequenceHeader), "");
  EXPECT_EQ(rest[1].body, "3");
  EXPECT_EQ(rest[1].header(kBatchSequenceHeader), "3");
  EXPECT_EQ(rest[1].header(kBatchCommitHeader), "1");
  const std::string id = first.header(kBatchIdHeader);
  EXPECT_NE(id, "");
  EXPECT_LE(id.size(), 64);
  EXPECT_EQ(rest[0].header(kBatchIdHeader), id);
  EXPECT_EQ(rest[1].header(kBatchIdHeader), id);

  Answer(rest[1], R"({"stream":"s","seq":10,"batch":"x","count":3})");
  ASSERT_TRUE((*ack)->ok()) << (*ack)->status();
  EXPECT_EQ((**ack)->stream, "s");
  EXPECT_EQ((**ack)->sequence, 10);
}

TEST_F(BatchTest, SendsNothingMoreOnceTheFirstWasRefused) {
  Start(kInfo215, "2.15.1");
  const auto ack = Begin(jetstream_->PublishBatch(messages_, {}));
  Answer(wire_->TakeOne(),
         R"({"error":{"code":400,"err_code":10174,)"
         R"("description":"atomic publish is disabled"},"stream":"s"})");
  EXPECT_EQ((*ack)->status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ServerCode((*ack)->status()), 10174);
  EXPECT_THAT((*ack)->status().message(),
              HasSubstr("publish batch of 3: atomic publish is disabled"));
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(BatchTest, SaysWhetherALostConnectionMayHaveStoredIt) {
  Start(kInfo215, "2.15.1");
  const auto staged = Begin(jetstream_->PublishBatch(messages_, {}));
  wire_->GoDown();
  clock_.Poll();
  EXPECT_TRUE(absl::IsUnavailable((*staged)->status()));
  wire_->Take();

  wire_->GoUp();
  clock_.Poll();
  AnswerInfo(kInfo215);
  const auto sent = Begin(jetstream_->PublishBatch(messages_, {}));
  Answer(wire_->TakeOne(), "");
  wire_->GoDown();
  clock_.Poll();
  EXPECT_TRUE(absl::IsUnknown((*sent)->status()));
}

TEST_F(BatchTest, WaitsForTheServerWhenTheBufferIsFull) {
  Start(kInfo215, "2.15.1");
  const auto ack = Begin(jetstream_->PublishBatch(messages_, {}));
  wire_->is_writable = false;
  Answer(wire_->TakeOne(), "");
  const std::vector<FakeWire::Sent> held = wire_->Take();
  ASSERT_EQ(held.size(), 2);  // the second message, and the echo
  EXPECT_EQ(held[1].subject, held[1].reply);
  wire_->is_writable = true;
  Answer(held[1], "");
  EXPECT_EQ(wire_->TakeOne().header(kBatchCommitHeader), "1");
  Close();
  EXPECT_TRUE(absl::IsUnknown((*ack)->status()));
}

class GetMessagesTest : public JetStreamFixture {
 protected:
  void AnswerMessage(const FakeWire::Sent& sent, const std::string& subject,
                     const std::string& sequence, const std::string& body) {
    wire_->Deliver(sent.reply, body,
                   {{"Nats-Stream", "s"},
                    {"Nats-Subject", subject},
                    {"Nats-Sequence", sequence},
                    {"Nats-Time-Stamp", "2027-01-15T08:00:00.5Z"},
                    {"Nats-Num-Pending", "1"},
                    {"Own", "header"}});
    clock_.Poll();
  }
};

TEST_F(GetMessagesTest, IsRefusedWhereTheServerCannot) {
  Start(kInfo210, "2.10.27");
  const auto got = Begin(jetstream_->GetMessages("s", {.subjects = {"a"}}));
  EXPECT_TRUE(absl::IsUnimplemented((*got)->status()));
  EXPECT_THAT(wire_->Take(), IsEmpty());
}

TEST_F(GetMessagesTest, CollectsUntilTheEnd) {
  Start(kInfo215, "2.15.1");
  const auto got = Begin(
      jetstream_->GetMessages("s", {.subjects = {"a", "b.*"}, .up_to = 9}));
  const FakeWire::Sent sent = wire_->TakeOne();
  EXPECT_EQ(sent.subject, "$JS.API.DIRECT.GET.s");
  EXPECT_EQ(sent.body, R"({"multi_last":["a","b.*"],"up_to_seq":9})");
  AnswerMessage(sent, "b.1", "7", "later");
  AnswerMessage(sent, "a", "3", "first");
  EXPECT_FALSE(got->has_value());
  wire_->Deliver(sent.reply, "", {{"Status", "204"}, {"Description", "EOB"}});
  clock_.Poll();

  ASSERT_TRUE((*got)->ok()) << (*got)->status();
  ASSERT_EQ((**got)->size(), 2);
  const transport::StoredMessage& first = (**got)->front();
  EXPECT_EQ(first.subject, "a");
  EXPECT_EQ(first.sequence, 3);
  EXPECT_EQ(first.body, "first");
  EXPECT_EQ(first.time,
            absl::FromUnixSeconds(1800000000) + absl::Milliseconds(500));
  ASSERT_EQ(first.headers.size(), 1);
  EXPECT_EQ(first.headers[0].name, "Own");
  EXPECT_EQ((**got)->back().sequence, 7);
}

TEST_F(GetMessagesTest, FindsNothingWithoutAnError) {
  Start(kInfo215, "2.15.1");
  const auto got = Begin(jetstream_->GetMessages("s", {.subjects = {"a"}}));
  wire_->Deliver(wire_->TakeOne().reply, "",
                 {{"Status", "404"}, {"Description", "No Results"}});
  clock_.Poll();
  ASSERT_TRUE((*got)->ok());
  EXPECT_THAT(**(*got), IsEmpty());
}

TEST_F(GetMessagesTest, EndsWhereNothingMoreComes) {
  struct Case {
    std::string_view what;
    std::function<void(const FakeWire::Sent&)> happens;
    absl::StatusCode code;
  };
  const Case kCases[] = {
      {"too many",
       [&](const FakeWire::Sent& sent) {
         wire_->Deliver(
             sent.reply, "",
             {{"Status", "413"}, {"Description", "Too Many Results"}});
       },
       absl::StatusCode::kFailedPrecondition},
      {"nobody there",
       [&](const FakeWire::Sent& sent) { wire_->NoResponders(sent); },
       absl::StatusCode::kUnavailable},
      {"silence after the first",
       [&](const FakeWire::Sent& sent) {
         clock_.Advance(absl::Seconds(4));
         AnswerMessage(sent, "a", "1", "x");
         clock_.Advance(absl::Seconds(5));
       },
       absl::StatusCode::kDeadlineExceeded},
      {"no number",
       [&](const FakeWire::Sent& sent) { AnswerMessage(sent, "a", "x", ""); },
       absl::StatusCode::kInternal},
      {"lost", [&](const FakeWire::Sent&) { wire_->GoDown(); },
       absl::StatusCode::kUnavailable},
  };
  Start(kInfo215, "2.15.1");
  for (const Case& one : kCases) {
    const auto got = Begin(jetstream_->GetMessages("s", {.subjects = {"a"}}));
    one.happens(wire_->TakeOne());
    clock_.Poll();
    ASSERT_TRUE(got->has_value()) << one.what;
    EXPECT_EQ((*got)->status().code(), one.code) << one.what;
    EXPECT_THAT((*got)->status().message(),
                HasSubstr("get messages of stream \"s\": "));
  }
}

TEST_F(GetMessagesTest, EndsAtClose) {
  Start(kInfo215, "2.15.1");
  const auto got = Begin(jetstream_->GetMessages("s", {.subjects = {"a"}}));
  Close();
  EXPECT_TRUE(absl::IsUnknown((*got)->status()));
}

}  // namespace
}  // namespace walnats::nats
