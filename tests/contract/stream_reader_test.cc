// Reading a stream without a mark on it, over each transport.

#include "walnats/transport/stream_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/contract_fixture.h"
#include "walnats/runtime/spawn.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using transport::DeliverPolicy;
using transport::ReadOptions;
using transport::StoredMessage;
using transport::StreamConfig;
using transport::StreamReader;

class StreamReaderTest : public Contract {
 protected:
  StreamReader Reader(ReadOptions options = {}) {
    return StreamReader(transport(), clock(), "s", std::move(options));
  }

  // The sequences until the end.
  std::vector<uint64_t> Rest(StreamReader& reader) {
    std::vector<uint64_t> sequences;
    for (;;) {
      auto next = Run(reader.Next());
      EXPECT_THAT(next, IsOk());
      if (!next.ok() || !next->has_value()) return sequences;
      sequences.push_back((*next)->sequence);
    }
  }
  std::vector<uint64_t> Scan(ReadOptions options = {}) {
    StreamReader reader = Reader(std::move(options));
    return Rest(reader);
  }

  // The next one's sequence; 0 at the end.
  uint64_t Next(StreamReader& reader) {
    auto next = Run(reader.Next());
    EXPECT_THAT(next, IsOk());
    return next.ok() && next->has_value() ? (*next)->sequence : 0;
  }

  // Stream "s" with "s.a", "s.b", "s.c" in turn, `count` messages.
  void MakeThree(int count, StreamConfig config = StreamOf("s", {"s.*"})) {
    MakeStream(config);
    for (int i = 0; i < count; ++i) {
      Begin(Post{.subject = std::string("s.") + "abc"[i % 3],
                 .body = std::to_string(i + 1)});
    }
    ASSERT_THAT(Run(transport().Flush(absl::Seconds(10))), IsOk());
    ASSERT_EQ(Stream("s").messages, static_cast<uint64_t>(count));
  }

  std::vector<std::string> Consumers() {
    std::vector<std::string> names;
    auto consumers = Run(transport().ListConsumers("s"));
    EXPECT_THAT(consumers, IsOk());
    if (!consumers.ok()) return names;
    for (const auto& consumer : *consumers) {
      names.push_back(consumer.config.name);
    }
    return names;
  }
};

TEST_P(StreamReaderTest, ReadsWhatIsThereAndEnds) {
  MakeStream(StreamOf("s"));
  ASSERT_THAT(
      Publish(Post{
          .subject = "s", .body = "one", .headers = {{"Shop-Colour", "red"}}}),
      IsOk());
  ASSERT_THAT(Publish("s", "two"), IsOk());
  StreamReader reader = Reader();
  const auto first = Run(reader.Next());
  ASSERT_THAT(first, IsOk());
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->subject, "s");
  EXPECT_EQ((*first)->sequence, 1U);
  EXPECT_EQ((*first)->body, "one");
  EXPECT_LE((*first)->time, clock().Now() + absl::Seconds(5));
  EXPECT_GE((*first)->time, clock().Now() - absl::Minutes(1));
  ASSERT_THAT((*first)->headers, SizeIs(1));
  EXPECT_EQ((*first)->headers[0].name, "Shop-Colour");
  EXPECT_EQ((*first)->headers[0].value, "red");
  EXPECT_THAT(Rest(reader), ElementsAre(2));
  EXPECT_EQ(Next(reader), 0U);
}

TEST_P(StreamReaderTest, NothingToReadIsTheEnd) {
  MakeStream(StreamOf("s", {"s.*"}));
  EXPECT_THAT(Scan(), IsEmpty());
  ASSERT_THAT(Publish("s.a", "1"), IsOk());
  EXPECT_THAT(Scan({.subjects = {"s.b"}}), IsEmpty());
}

TEST_P(StreamReaderTest, MoreThanItsBufferComesInOrder) {
  MakeThree(2500);
  const std::vector<uint64_t> all = Scan();
  ASSERT_THAT(all, SizeIs(2500));
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_EQ(all.front(), 1U);
  EXPECT_EQ(all.back(), 2500U);
}

TEST_P(StreamReaderTest, SeveralSubjectsAreFiltered) {
  MakeThree(7);
  EXPECT_THAT(Scan({.subjects = {"s.b"}}), ElementsAre(2, 5));
  EXPECT_THAT(Scan({.subjects = {"s.a", "s.c"}}), ElementsAre(1, 3, 4, 6, 7));
  EXPECT_THAT(Scan({.subjects = {"s.a", "s.*"}}), SizeIs(7));
}

TEST_P(StreamReaderTest, BeginsWhereItIsTold) {
  MakeThree(7);
  using enum DeliverPolicy;
  EXPECT_THAT(Scan({.deliver = kBySequence, .start_sequence = 6}),
              ElementsAre(6, 7));
  EXPECT_THAT(Scan({.deliver = kBySequence, .start_sequence = 70}), IsEmpty());
  EXPECT_THAT(Scan({.deliver = kNew}), IsEmpty());
  EXPECT_THAT(Scan({.deliver = kLast}), ElementsAre(7));
  EXPECT_THAT(Scan({.subjects = {"s.b", "s.c"}, .deliver = kLast}),
              ElementsAre(6));
  EXPECT_THAT(Scan({.subjects = {"s.d"}, .deliver = kLast}), IsEmpty());
  EXPECT_THAT(Scan({.deliver = kLastPerSubject}), ElementsAre(5, 6, 7));
}

TEST_P(StreamReaderTest, BeginsAtATime) {
  MakeThree(3);
  Elapse(absl::Milliseconds(20));
  ASSERT_THAT(Publish("s.a", "4"), IsOk());
  transport::GetOptions get;
  get.sequence = 4;
  const auto last = Run(transport().GetMessage("s", get));
  ASSERT_THAT(last, IsOk());
  ReadOptions options;
  options.deliver = DeliverPolicy::kByTime;
  options.start_time = last->time;
  EXPECT_THAT(Scan(options), ElementsAre(4));
}

TEST_P(StreamReaderTest, LeavesBodiesOut) {
  MakeThree(1);
  StreamReader reader = Reader({.headers_only = true});
  const auto next = Run(reader.Next());
  ASSERT_THAT(next, IsOk());
  ASSERT_TRUE(next->has_value());
  EXPECT_EQ((*next)->subject, "s.a");
  EXPECT_EQ((*next)->body, "");
}

// What is stored while it reads belongs to the end, not to the scan.
TEST_P(StreamReaderTest, AScanEndsThoughMessagesKeepComing) {
  MakeThree(2);
  StreamReader reader = Reader();
  EXPECT_EQ(Next(reader), 1U);
  ASSERT_THAT(Publish("s.a", "3"), IsOk());
  EXPECT_THAT(Rest(reader), ElementsAre(2));
}

TEST_P(StreamReaderTest, FollowingTellsTheEndOnce) {
  MakeThree(2);
  StreamReader reader = Reader({.follow = true});
  EXPECT_THAT(Rest(reader), ElementsAre(1, 2));
  ASSERT_THAT(Publish("s.a", "3"), IsOk());
  EXPECT_EQ(Next(reader), 3U);
  PublishMany("s.b", 2);
  EXPECT_EQ(Next(reader), 4U);
  EXPECT_EQ(Next(reader), 5U);
}

TEST_P(StreamReaderTest, FollowsAnEmptyStream) {
  MakeStream(StreamOf("s", {"s.*"}));
  StreamReader reader = Reader(
      {.subjects = {"s.a"}, .deliver = DeliverPolicy::kNew, .follow = true});
  EXPECT_EQ(Next(reader), 0U);
  ASSERT_THAT(Publish("s.b", "1"), IsOk());
  ASSERT_THAT(Publish("s.a", "2"), IsOk());
  EXPECT_EQ(Next(reader), 2U);
}

TEST_P(StreamReaderTest, LeavesNoConsumerBehind) {
  MakeThree(3);
  EXPECT_THAT(Scan(), SizeIs(3));
  EXPECT_TRUE(Until([&] { return Consumers().empty(); }));
  {
    StreamReader reader = Reader({.follow = true});
    EXPECT_THAT(Rest(reader), SizeIs(3));
    EXPECT_THAT(Consumers(), SizeIs(1));
  }
  EXPECT_TRUE(Until([&] { return Consumers().empty(); }));
}

TEST_P(StreamReaderTest, AMissingStreamIsNotFound) {
  StreamReader reader = Reader({.follow = true});
  EXPECT_THAT(Run(reader.Next()), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(Run(reader.Next()), HasCode(absl::StatusCode::kNotFound));
}

Task<absl::Status> DestroySoon(Clock& clock,
                               std::unique_ptr<StreamReader>& reader) {
  co_await clock.Sleep(absl::Milliseconds(20));
  reader.reset();
  co_return absl::OkStatus();
}

TEST_P(StreamReaderTest, DestroyingItEndsItsNext) {
  MakeThree(1);
  auto reader = std::make_unique<StreamReader>(transport(), clock(), "s",
                                               ReadOptions{.follow = true});
  EXPECT_THAT(Rest(*reader), SizeIs(1));
  Spawn(clock().executor(), DestroySoon(clock(), reader), [](absl::Status) {});
  EXPECT_THAT(Run(reader->Next()), HasCode(absl::StatusCode::kCancelled));
  EXPECT_EQ(reader, nullptr);
}

// ---- losses

TEST_P(StreamReaderTest, ADeletedConsumerIsMadeAgain) {
  MakeThree(2);
  StreamReader reader = Reader({.follow = true});
  EXPECT_THAT(Rest(reader), ElementsAre(1, 2));
  for (const std::string& name : Consumers()) {
    ASSERT_THAT(Run(transport().DeleteConsumer("s", name)), IsOk());
  }
  ASSERT_THAT(Publish("s.a", "3"), IsOk());
  EXPECT_EQ(Next(reader), 3U);
}

// Whoever pulls from its consumer takes away what will not come again.
TEST_P(StreamReaderTest, AGapIsReadAgain) {
  MakeThree(1);
  StreamReader reader = Reader({.follow = true});
  EXPECT_THAT(Rest(reader), ElementsAre(1));
  const std::vector<std::string> names = Consumers();
  ASSERT_THAT(names, SizeIs(1));
  Deliveries stolen(clock());
  auto thief = other().Open("s", names[0], {}, stolen);
  thief->Want(1);
  ASSERT_TRUE(Until([&] { return Consumer("s", names[0]).waiting == 2; }));
  PublishMany("s.b", 4);
  ASSERT_TRUE(Until([&] { return stolen.all.size() == 1; }));
  for (uint64_t sequence = 2; sequence <= 5; ++sequence) {
    EXPECT_EQ(Next(reader), sequence);
  }
}

TEST_P(StreamReaderTest, GoesOnAfterARestartOfTheServer) {
  StreamConfig config = StreamOf("s", {"s.*"});
  config.storage = Storage::kFile;
  MakeThree(3, config);
  StreamReader reader = Reader({.follow = true});
  EXPECT_EQ(Next(reader), 1U);
  RestartServer(absl::Milliseconds(100));
  EXPECT_EQ(Next(reader), 2U);
  EXPECT_EQ(Next(reader), 3U);
  EXPECT_EQ(Next(reader), 0U);
  ASSERT_TRUE(
      Until([&] { return Publish("s.a", "4").ok(); }, absl::Seconds(10)));
  EXPECT_EQ(Next(reader), 4U);
}

TEST_P(StreamReaderTest, AStreamMadeAgainIsNotReadFromItsStart) {
  MakeThree(2);
  StreamReader reader = Reader({.follow = true});
  EXPECT_THAT(Rest(reader), ElementsAre(1, 2));
  ASSERT_THAT(Run(transport().DeleteStream("s")), IsOk());
  Elapse(absl::Milliseconds(5));
  MakeThree(3);
  EXPECT_THAT(Run(reader.Next()), HasCode(absl::StatusCode::kAborted));
}

// ---- streams that a consumer would change

class StreamReaderQueueTest : public StreamReaderTest {
 protected:
  void MakeQueue() {
    StreamConfig config = StreamOf("s", {"s.*"});
    config.retention = Retention::kWorkQueue;
    MakeThree(5, config);
    MakeConsumer("s", ConsumerOf("c", {">"}));
  }
};

TEST_P(StreamReaderQueueTest, IsReadWithoutAConsumer) {
  MakeQueue();
  EXPECT_THAT(Scan(), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(Scan({.subjects = {"s.a", "s.c"}}), ElementsAre(1, 3, 4));
  EXPECT_THAT(Scan({.deliver = DeliverPolicy::kLast}), ElementsAre(5));
  EXPECT_THAT(Scan({.subjects = {"s.d"}}), IsEmpty());
  EXPECT_THAT(Consumers(), ElementsAre("c"));
  EXPECT_EQ(Stream("s").messages, 5U);
}

TEST_P(StreamReaderQueueTest, IsFollowed) {
  MakeQueue();
  StreamReader reader = Reader(
      {.deliver = DeliverPolicy::kNew, .headers_only = true, .follow = true});
  EXPECT_EQ(Next(reader), 0U);
  PublishMany("s.a", 3);
  EXPECT_EQ(Next(reader), 6U);
  EXPECT_EQ(Next(reader), 7U);
  EXPECT_EQ(Next(reader), 8U);
}

// ---- what takes long in real time

class StreamReaderTimeTest : public StreamReaderTest {};

// Nothing comes later that could show the gap.
TEST_P(StreamReaderTimeTest, ALostLastMessageIsNoticed) {
  MakeThree(1);
  StreamReader reader = Reader({.follow = true});
  EXPECT_THAT(Rest(reader), ElementsAre(1));
  const std::vector<std::string> names = Consumers();
  ASSERT_THAT(names, SizeIs(1));
  Deliveries stolen(clock());
  auto thief = other().Open("s", names[0], {}, stolen);
  thief->Want(1);
  ASSERT_TRUE(Until([&] { return Consumer("s", names[0]).waiting == 2; }));
  PublishMany("s.b", 2);
  ASSERT_TRUE(Until([&] { return stolen.all.size() == 1; }));
  EXPECT_EQ(Next(reader), 2U);
  EXPECT_EQ(Next(reader), 3U);
}

TEST_P(StreamReaderTimeTest, WhatIsRemovedMeanwhileIsNotAwaited) {
  MakeThree(1500);
  StreamReader reader = Reader();
  EXPECT_EQ(Next(reader), 1U);
  transport::PurgeOptions all;
  ASSERT_THAT(Run(transport().PurgeStream("s", all)), IsOk());
  EXPECT_THAT(Rest(reader), SizeIs(::testing::Lt(1499U)));
}

TEST_P(StreamReaderTimeTest, AReaderThatRestedGoesOn) {
  MakeThree(1500);
  StreamReader reader = Reader();
  EXPECT_EQ(Next(reader), 1U);
  Elapse(absl::Minutes(10));
  EXPECT_THAT(Rest(reader), SizeIs(1499));
}

INSTANTIATE_TEST_SUITE_P(, StreamReaderTest, ::testing::ValuesIn(AllSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, StreamReaderQueueTest,
                         ::testing::ValuesIn(AllSides()), SideName);
INSTANTIATE_TEST_SUITE_P(, StreamReaderTimeTest,
                         ::testing::Values(SideId::kMemory29,
                                           SideId::kMemory215,
                                           SideId::kFrames29,
                                           SideId::kFrames215),
                         SideName);

}  // namespace
}  // namespace walnats::contract
