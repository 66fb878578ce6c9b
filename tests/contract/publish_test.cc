// Publish: what is stored, what is acked, and how often.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::Pair;

using PublishTest = Contract;

// `ack` is that of a stored message with this sequence.
void ExpectStored(const absl::StatusOr<transport::PubAck>& ack,
                  uint64_t sequence) {
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(ack->sequence, sequence);
  EXPECT_FALSE(ack->duplicate);
}

void ExpectDuplicate(const absl::StatusOr<transport::PubAck>& ack,
                     uint64_t sequence) {
  ASSERT_THAT(ack, IsOk());
  EXPECT_EQ(ack->sequence, sequence);
  EXPECT_TRUE(ack->duplicate);
}

TEST_P(PublishTest, IsAckedWithStreamAndSequence) {
  MakeStream(StreamOf("s"));
  const auto first = Publish("s", "1");
  ExpectStored(first, 1);
  EXPECT_EQ(first->stream, "s");
  ExpectStored(Publish("s", "2"), 2);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2));
}

TEST_P(PublishTest, FindsTheStreamThatTakesTheSubject) {
  MakeStream(StreamOf("a", {"a.*", "x"}));
  MakeStream(StreamOf("b", {"b.>"}));
  EXPECT_EQ(Publish("a.1", "")->stream, "a");
  EXPECT_EQ(Publish("x", "")->stream, "a");
  EXPECT_EQ(Publish("b.1.2", "")->stream, "b");
  EXPECT_THAT(Publish("a.1.2", ""), IsRefused(StatusCode::kUnavailable, 0));
}

TEST_P(PublishTest, IsUnavailableWhereNoStreamTakesIt) {
  EXPECT_THAT(Publish("nobody", ""), IsRefused(StatusCode::kUnavailable, 0));
}

TEST_P(PublishTest, WaitsALittleForAStreamThatIsBeingMade) {
  const Publication& publication = Begin({.subject = "s"});
  Elapse(absl::Milliseconds(20));
  MakeStream(StreamOf("s"));
  ASSERT_TRUE(Until([&] { return publication.result.has_value(); }));
  ExpectStored(*publication.result, 1);
}

TEST_P(PublishTest, KeepsEveryByteAndEveryHeader) {
  MakeStream(StreamOf("s"));
  std::string body;
  for (int byte = 0; byte < 256; ++byte)
    body.push_back(static_cast<char>(byte));
  ExpectStored(Publish({.subject = "s",
                        .body = body,
                        .headers = {{"A", "1: 2"}, {"b", "x y"}},
                        .expect = {.message_id = "id"}}),
               1);
  const auto stored = Run(transport().GetMessage("s", {.sequence = 1}));
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(stored->body, body);
  std::map<std::string, std::string> headers;
  for (const transport::StoredHeader& header : stored->headers) {
    headers.emplace(header.name, header.value);
  }
  EXPECT_THAT(headers, ElementsAre(Pair("A", "1: 2"), Pair("Nats-Msg-Id", "id"),
                                   Pair("b", "x y")));
}

TEST_P(PublishTest, StoresEmptyAndLargeBodies) {
  MakeStream(StreamOf("s"));
  const std::string large(900'000, 'x');
  ExpectStored(Publish("s", ""), 1);
  ExpectStored(Publish("s", large), 2);
  EXPECT_EQ(Run(transport().GetMessage("s", {.sequence = 1}))->body, "");
  EXPECT_EQ(Run(transport().GetMessage("s", {.sequence = 2}))->body, large);
}

TEST_P(PublishTest, KeepsTheOrderOfAWindow) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 1000);
  const transport::StreamInfo stream = Stream("s");
  EXPECT_EQ(stream.messages, 1000U);
  EXPECT_EQ(stream.last_sequence, 1000U);
  for (uint64_t sequence : {1, 2, 499, 1000}) {
    EXPECT_EQ(Run(transport().GetMessage("s", {.sequence = sequence}))->body,
              std::to_string(sequence));
  }
}

TEST_P(PublishTest, RefusesWhatIsLargerThanTheServerTakes) {
  MakeStream(StreamOf("s"));
  const int64_t limit = transport().server().max_payload;
  EXPECT_THAT(Publish("s", std::string(limit + 1, 'x')),
              IsRefused(StatusCode::kFailedPrecondition, 0));
  ExpectStored(Publish("s", "small"), 1);
}

TEST_P(PublishTest, TwoClientsShareAStream) {
  MakeStream(StreamOf("s"));
  ExpectStored(Publish("s", "mine"), 1);
  Publication theirs;
  theirs.message.subject = "s";
  other().Publish(theirs);
  ASSERT_TRUE(Until([&] { return theirs.result.has_value(); }));
  ExpectStored(*theirs.result, 2);
  ExpectStored(Publish("s", "mine"), 3);
}

TEST_P(PublishTest, AnswersWithoutWaitingIfTold) {
  MakeStream(StreamOf("s"));
  ExpectStored(Publish({.subject = "s", .options = {.wait = false}}), 1);
}

// ---- ids

TEST_P(PublishTest, ASecondMessageWithAnIdIsADuplicate) {
  MakeStream(StreamOf("s", {"s.*"}));
  const transport::Expect id{.message_id = "id"};
  ExpectStored(Publish({.subject = "s.1", .expect = id}), 1);
  ExpectStored(Publish("s.1", ""), 2);
  ExpectDuplicate(Publish({.subject = "s.1", .expect = id}), 1);
  ExpectDuplicate(Publish({.subject = "s.2", .expect = id}), 1);
  ExpectStored(Publish({.subject = "s.1", .expect = {.message_id = "other"}}),
               3);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 3));
}

TEST_P(PublishTest, AnIdOutlivesItsMessage) {
  MakeStream(StreamOf("s"));
  const transport::Expect id{.message_id = "id"};
  ExpectStored(Publish({.subject = "s", .expect = id}), 1);
  EXPECT_THAT(Run(transport().EraseMessage("s", 1)), IsOk());
  ExpectDuplicate(Publish({.subject = "s", .expect = id}), 1);
  EXPECT_EQ(Stream("s").messages, 0U);
}

TEST_P(PublishTest, AnIdIsKnownAfterAPurge) {
  MakeStream(StreamOf("s"));
  const transport::Expect id{.message_id = "id"};
  ExpectStored(Publish({.subject = "s", .expect = id}), 1);
  EXPECT_THAT(Run(transport().PurgeStream("s", {})), IsOk());
  ExpectDuplicate(Publish({.subject = "s", .expect = id}), 1);
}

TEST_P(PublishTest, AnIdIsForgottenAfterTheWindow) {
  transport::StreamConfig config = StreamOf("s");
  config.duplicate_window = absl::Milliseconds(100);
  MakeStream(config);
  const transport::Expect id{.message_id = "id"};
  ExpectStored(Publish({.subject = "s", .expect = id}), 1);
  ExpectDuplicate(Publish({.subject = "s", .expect = id}), 1);
  Elapse(absl::Milliseconds(300));
  ExpectStored(Publish({.subject = "s", .expect = id}), 2);
}

TEST_P(PublishTest, StreamsHaveIdsOfTheirOwn) {
  MakeStream(StreamOf("a"));
  MakeStream(StreamOf("b"));
  const transport::Expect id{.message_id = "id"};
  ExpectStored(Publish({.subject = "a", .expect = id}), 1);
  ExpectStored(Publish({.subject = "b", .expect = id}), 1);
}

TEST_P(PublishTest, AnIdThatWasRefusedIsNew) {
  MakeStream(StreamOf("s"));
  const transport::Expect wrong{.message_id = "id", .last_sequence = 7};
  EXPECT_THAT(Publish({.subject = "s", .expect = wrong}),
              IsRefused(StatusCode::kAborted, 10071));
  ExpectStored(Publish({.subject = "s", .expect = {.message_id = "id"}}), 1);
}

TEST_P(PublishTest, IdsSurviveTheServer) {
  transport::StreamConfig config = StreamOf("s");
  config.storage = Storage::kFile;
  MakeStream(config);
  const transport::Expect id{.message_id = "id"};
  ExpectStored(Publish({.subject = "s", .expect = id}), 1);
  RestartServer();
  ExpectDuplicate(Publish({.subject = "s", .expect = id}), 1);
}

INSTANTIATE_TEST_SUITE_P(, PublishTest, ::testing::ValuesIn(AllSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
