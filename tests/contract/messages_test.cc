// Messages as a stream holds them: read, erased, purged.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::GetOptions;
using transport::PurgeOptions;
using transport::StoredMessage;
using transport::StreamConfig;

class MessagesTest : public Contract {
 protected:
  absl::StatusOr<StoredMessage> Get(const GetOptions& options) {
    return Run(transport().GetMessage("s", options));
  }
  // Sequences 1 to 6: a1 b1 a2 b2 a3 c1.
  void MakeMixed(StreamConfig config = StreamOf("s", {"s.*"})) {
    MakeStream(config);
    for (const char* subject : {"s.a", "s.b", "s.a", "s.b", "s.a", "s.c"}) {
      ASSERT_THAT(Publish(subject, subject), IsOk());
    }
  }
  absl::StatusOr<uint64_t> Purge(const PurgeOptions& options) {
    return Run(transport().PurgeStream("s", options));
  }
};

// The sequence, or 0 for what is not there.
uint64_t SequenceOf(const absl::StatusOr<StoredMessage>& message) {
  if (message.ok()) return message->sequence;
  EXPECT_THAT(message, IsRefused(StatusCode::kNotFound, 10037));
  return 0;
}

// For what old servers lack.
using NewMessagesTest = MessagesTest;

TEST_P(MessagesTest, AreReadBySequence) {
  MakeMixed();
  const auto message = Get({.sequence = 3});
  ASSERT_THAT(message, IsOk());
  EXPECT_EQ(message->sequence, 3U);
  EXPECT_EQ(message->subject, "s.a");
  EXPECT_EQ(message->body, "s.a");
  EXPECT_THAT(message->headers, IsEmpty());
  const transport::StreamInfo stream = Stream("s");
  EXPECT_GE(message->time, stream.created);
  EXPECT_LE(message->time - stream.created, absl::Seconds(10));
  EXPECT_EQ(SequenceOf(Get({.sequence = 7})), 0U);
}

TEST_P(MessagesTest, TheLastOfASubjectIsRead) {
  MakeMixed();
  struct Case {
    const char* subject;
    uint64_t sequence;
  };
  for (const Case& c : std::vector<Case>{{"s.a", 5},
                                         {"s.b", 4},
                                         {"s.c", 6},
                                         {"s.d", 0},
                                         {"s.*", 6},
                                         {">", 6},
                                         {"t.>", 0}}) {
    EXPECT_EQ(SequenceOf(Get({.last_by_subject = c.subject})), c.sequence)
        << c.subject;
  }
}

TEST_P(MessagesTest, TheNextOfASubjectIsRead) {
  MakeMixed();
  struct Case {
    const char* subject;
    uint64_t from;
    uint64_t sequence;
  };
  for (const Case& c : std::vector<Case>{{"s.a", 1, 1},
                                         {"s.a", 2, 3},
                                         {"s.a", 5, 5},
                                         {"s.a", 6, 0},
                                         {"s.c", 1, 6},
                                         {"s.*", 2, 2},
                                         {"s.d", 1, 0},
                                         {"s.a", 9, 0}}) {
    EXPECT_EQ(SequenceOf(Get({.next_by_subject = c.subject, .from = c.from})),
              c.sequence)
        << c.subject << " from " << c.from;
  }
}

TEST_P(MessagesTest, AnErasedOneIsGone) {
  MakeMixed();
  EXPECT_THAT(Run(transport().EraseMessage("s", 3)), IsOk());
  EXPECT_EQ(SequenceOf(Get({.sequence = 3})), 0U);
  EXPECT_EQ(SequenceOf(Get({.next_by_subject = "s.a", .from = 2})), 5U);
  EXPECT_THAT(Sequences("s"), ElementsAre(1, 2, 4, 5, 6));
  EXPECT_EQ(Stream("s").messages, 5U);
  EXPECT_THAT(Run(transport().EraseMessage("s", 3)),
              HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Run(transport().EraseMessage("s", 99)),
              HasCode(StatusCode::kNotFound));
}

TEST_P(MessagesTest, ErasingMovesTheFirstAndKeepsTheLast) {
  MakeMixed();
  for (const uint64_t sequence : {2, 1}) {
    EXPECT_THAT(Run(transport().EraseMessage("s", sequence)), IsOk());
  }
  EXPECT_EQ(Stream("s").first_sequence, 3U);
  EXPECT_THAT(Run(transport().EraseMessage("s", 6)), IsOk());
  EXPECT_EQ(Stream("s").last_sequence, 6U);
  EXPECT_THAT(Sequences("s"), ElementsAre(3, 4, 5));
  for (const uint64_t sequence : {3, 4, 5}) {
    EXPECT_THAT(Run(transport().EraseMessage("s", sequence)), IsOk());
  }
  EXPECT_EQ(Stream("s").first_sequence, 7U);
  EXPECT_EQ(Stream("s").last_sequence, 6U);
  EXPECT_EQ(Stream("s").bytes, 0U);
  EXPECT_EQ(Publish("s.a", "")->sequence, 7U);
}

TEST_P(MessagesTest, CannotBeErasedWhereThatIsDenied) {
  StreamConfig config = StreamOf("s", {"s.*"});
  config.deny_delete = true;
  MakeMixed(config);
  EXPECT_THAT(Run(transport().EraseMessage("s", 1)),
              HasCode(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Stream("s").messages, 6U);
}

// ---- purge

TEST_P(MessagesTest, APurgeTakesAll) {
  MakeMixed();
  EXPECT_THAT(*Purge({}), 6U);
  const transport::StreamInfo stream = Stream("s");
  EXPECT_EQ(stream.messages, 0U);
  EXPECT_EQ(stream.bytes, 0U);
  EXPECT_EQ(stream.first_sequence, 7U);
  EXPECT_EQ(stream.last_sequence, 6U);
  EXPECT_THAT(*Purge({}), 0U);
  EXPECT_EQ(Publish("s.a", "")->sequence, 7U);
}

TEST_P(MessagesTest, APurgeTakesWhatItIsTold) {
  struct Case {
    PurgeOptions options;
    uint64_t purged;
    std::vector<uint64_t> left;
  };
  const std::vector<Case> cases = {
      {{.filter = "s.a"}, 3, {2, 4, 6}},
      {{.filter = "s.*"}, 6, {}},
      {{.filter = "s.d"}, 0, {1, 2, 3, 4, 5, 6}},
      {{.up_to = 4}, 3, {4, 5, 6}},
      {{.up_to = 1}, 0, {1, 2, 3, 4, 5, 6}},
      {{.up_to = 7}, 6, {}},
      {{.keep = 2}, 4, {5, 6}},
      {{.keep = 6}, 0, {1, 2, 3, 4, 5, 6}},
      {{.keep = 10}, 0, {1, 2, 3, 4, 5, 6}},
      {{.filter = "s.a", .up_to = 4}, 2, {2, 4, 5, 6}},
      {{.filter = "s.a", .keep = 1}, 2, {2, 4, 5, 6}},
      {{.filter = "s.b", .keep = 5}, 0, {1, 2, 3, 4, 5, 6}},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    MakeMixed();
    EXPECT_THAT(*Purge(cases[i].options), cases[i].purged) << "case " << i;
    EXPECT_EQ(Sequences("s"), cases[i].left) << "case " << i;
    ASSERT_THAT(Run(transport().DeleteStream("s")), IsOk());
  }
}

TEST_P(MessagesTest, CannotBePurgedWhereThatIsDenied) {
  StreamConfig config = StreamOf("s", {"s.*"});
  config.deny_purge = true;
  MakeMixed(config);
  EXPECT_THAT(Purge({}), HasCode(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Stream("s").messages, 6U);
}

// ---- many

TEST_P(MessagesTest, TheLastOfManySubjectsAreRead) {
  StreamConfig config = StreamOf("s", {"s.*"});
  config.allow_direct = true;
  MakeMixed(config);
  const auto get = [&](std::vector<std::string> subjects,
                       std::optional<uint64_t> up_to) {
    const transport::GetManyOptions options{.subjects = std::move(subjects),
                                            .up_to = up_to};
    return Run(transport().GetMessages("s", options));
  };
  const auto all = get({"s.a", "s.c"}, std::nullopt);
  if (!Has(Difference::kMultiGet)) {
    EXPECT_THAT(all, HasCode(StatusCode::kUnimplemented));
    return;
  }
  const auto sequences = [](const auto& messages) {
    std::vector<uint64_t> result;
    if (!messages.ok()) ADD_FAILURE() << messages.status().message();
    if (!messages.ok()) return result;
    for (const StoredMessage& message : *messages) {
      result.push_back(message.sequence);
    }
    return result;
  };
  EXPECT_THAT(sequences(all), ElementsAre(5, 6));
  EXPECT_THAT(sequences(get({"s.*"}, std::nullopt)), ElementsAre(4, 5, 6));
  EXPECT_THAT(sequences(get({"s.*"}, 4)), ElementsAre(3, 4));
  EXPECT_THAT(sequences(get({"s.a", "s.d"}, 2)), ElementsAre(1));
  EXPECT_EQ(all->front().body, "s.a");
  EXPECT_EQ(all->front().subject, "s.a");
}

TEST_P(NewMessagesTest, ManySubjectsOfWhichThereAreNone) {
  StreamConfig config = StreamOf("s", {"s.*"});
  config.allow_direct = true;
  MakeMixed(config);
  const transport::GetManyOptions options{.subjects = {"s.d"}};
  const auto none = Run(transport().GetMessages("s", options));
  ASSERT_THAT(none, IsOk());
  EXPECT_THAT(*none, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(, MessagesTest, ::testing::ValuesIn(AllSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, NewMessagesTest, ::testing::ValuesIn(NewSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
