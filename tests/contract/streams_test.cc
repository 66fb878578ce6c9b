// Streams: made, found, listed, deleted.

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using transport::StreamConfig;
using transport::StreamInfo;

using StreamsTest = Contract;

std::vector<std::string> NamesOf(const std::vector<StreamInfo>& streams) {
  std::vector<std::string> names;
  for (const StreamInfo& stream : streams) names.push_back(stream.config.name);
  return names;
}

// One that says something about everything.
StreamConfig FullConfig() {
  StreamConfig config;
  config.name = "full";
  config.description = "Everything \"said\".";
  config.subjects = {"full.>", "more"};
  config.retention = Retention::kInterest;
  config.storage = Storage::kFile;
  config.discard = Discard::kNew;
  config.max_age = absl::Hours(1);
  config.max_messages = 1000;
  config.max_bytes = 1 << 20;
  config.max_message_size = 1 << 10;
  config.max_consumers = 10;
  config.max_messages_per_subject = 100;
  config.duplicate_window = absl::Minutes(1);
  config.allow_direct = true;
  config.allow_rollup = true;
  config.deny_delete = true;
  return config;
}

void ExpectSame(const StreamConfig& got, const StreamConfig& want) {
  EXPECT_EQ(got.name, want.name);
  EXPECT_EQ(got.description, want.description);
  EXPECT_EQ(got.subjects, want.subjects);
  EXPECT_EQ(got.retention, want.retention);
  EXPECT_EQ(got.storage, want.storage);
  EXPECT_EQ(got.discard, want.discard);
  EXPECT_EQ(got.max_age, want.max_age);
  EXPECT_EQ(got.max_messages, want.max_messages);
  EXPECT_EQ(got.max_bytes, want.max_bytes);
  EXPECT_EQ(got.max_message_size, want.max_message_size);
  EXPECT_EQ(got.max_consumers, want.max_consumers);
  EXPECT_EQ(got.max_messages_per_subject, want.max_messages_per_subject);
  EXPECT_EQ(got.duplicate_window, want.duplicate_window);
  EXPECT_EQ(got.replicas, want.replicas);
  EXPECT_EQ(got.allow_direct, want.allow_direct);
  EXPECT_EQ(got.allow_rollup, want.allow_rollup);
  EXPECT_EQ(got.deny_delete, want.deny_delete);
  EXPECT_EQ(got.deny_purge, want.deny_purge);
}

TEST_P(StreamsTest, ANewOneIsEmpty) {
  const auto info = Run(transport().CreateStream(StreamOf("s")));
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(info->messages, 0U);
  EXPECT_EQ(info->bytes, 0U);
  EXPECT_EQ(info->first_sequence, 0U);
  EXPECT_EQ(info->last_sequence, 0U);
  EXPECT_EQ(info->consumers, 0);
  EXPECT_NE(info->created, absl::Time());
}

TEST_P(StreamsTest, EchoesItsConfiguration) {
  const auto info = Run(transport().CreateStream(FullConfig()));
  ASSERT_THAT(info, IsOk());
  ExpectSame(info->config, FullConfig());
  ExpectSame(Stream("full").config, FullConfig());
}

TEST_P(StreamsTest, HasDefaults) {
  StreamConfig config;
  config.name = "s";
  config.subjects = {"s"};
  MakeStream(config);
  ExpectSame(Stream("s").config, config);
}

TEST_P(StreamsTest, TakesItsNameForItsSubjectIfItHasNone) {
  StreamConfig config;
  config.name = "s";
  config.storage = Storage::kMemory;
  const auto info = Run(transport().CreateStream(config));
  ASSERT_THAT(info, IsOk());
  EXPECT_THAT(info->config.subjects, ElementsAre("s"));
}

TEST_P(StreamsTest, MetadataAndCompressionAreKeptWhereTheServerCan) {
  StreamConfig config = StreamOf("s");
  config.storage = Storage::kFile;
  config.metadata = {{"team", "shop"}};
  config.compressed = true;
  const auto info = Run(transport().CreateStream(config));
  ASSERT_THAT(info, IsOk());
  const auto team = info->config.metadata.find("team");
  EXPECT_EQ(team != info->config.metadata.end(), Has(Difference::kMetadata));
  EXPECT_EQ(info->config.compressed, Has(Difference::kCompression));
}

TEST_P(StreamsTest, CreateIsIdempotent) {
  const auto first = Run(transport().CreateStream(FullConfig()));
  ASSERT_THAT(first, IsOk());
  const auto second = Run(other().CreateStream(FullConfig()));
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->created, first->created);
}

TEST_P(StreamsTest, CreateRefusesAnotherConfiguration) {
  MakeStream(StreamOf("s"));
  StreamConfig config = StreamOf("s");
  config.max_messages = 5;
  EXPECT_THAT(Run(transport().CreateStream(config)),
              IsRefused(StatusCode::kFailedPrecondition, 10058));
  config = StreamOf("s", {"s", "t"});
  EXPECT_THAT(Run(transport().CreateStream(config)),
              IsRefused(StatusCode::kFailedPrecondition, 10058));
  EXPECT_EQ(Stream("s").config.max_messages, std::nullopt);
}

TEST_P(StreamsTest, CreateRefusesSubjectsOfOthers) {
  MakeStream(StreamOf("a", {"a.>", "x.*.z"}));
  for (const char* subject : {"a.b", "a.*", "*.b", ">", "x.y.z", "x.y.>"}) {
    EXPECT_THAT(Run(transport().CreateStream(StreamOf("b", {subject}))),
                HasCode(StatusCode::kFailedPrecondition))
        << subject;
  }
  EXPECT_THAT(Run(transport().CreateStream(StreamOf("b", {"a.b"}))),
              IsRefused(StatusCode::kFailedPrecondition, 10065));
  MakeStream(StreamOf("b", {"a", "x.y", "x.y.zz"}));
}

TEST_P(StreamsTest, CreateRefusesWhatMakesNoSense) {
  const auto refused = [&](const char* what, auto change) {
    StreamConfig config = StreamOf("s");
    change(config);
    EXPECT_THAT(Run(transport().CreateStream(config)),
                IsRefused(StatusCode::kFailedPrecondition, 10052))
        << what;
  };
  refused("window over age", [](StreamConfig& config) {
    config.max_age = absl::Seconds(1);
    config.duplicate_window = absl::Seconds(2);
  });
  refused("short window", [](StreamConfig& config) {
    config.duplicate_window = absl::Milliseconds(99);
  });
  refused("short age", [](StreamConfig& config) {
    config.max_age = absl::Milliseconds(99);
    config.duplicate_window = absl::Milliseconds(99);
  });
  refused("overlap with itself", [](StreamConfig& config) {
    config.subjects = {"s.*", "s.a"};
  });
  refused("the same twice", [](StreamConfig& config) {
    config.subjects = {"s", "s"};
  });
  refused("no subject",
          [](StreamConfig& config) { config.subjects = {"s..t"}; });
  EXPECT_THAT(Run(transport().ListStreams()), IsOk());
  EXPECT_THAT(*Run(transport().ListStreams()), IsEmpty());
}

TEST_P(StreamsTest, CreateRefusesReplicasWithoutACluster) {
  StreamConfig config = StreamOf("s");
  config.replicas = 3;
  EXPECT_THAT(Run(transport().CreateStream(config)),
              IsRefused(StatusCode::kFailedPrecondition, 10074));
}

TEST_P(StreamsTest, NamesAreTokens) {
  for (const char* name : {"", "a.b", "a*", "a>", "a b"}) {
    EXPECT_THAT(Run(transport().CreateStream(StreamOf(name, {"s"}))),
                IsRefused(StatusCode::kFailedPrecondition, 0))
        << name;
    EXPECT_THAT(Run(transport().GetStream(name)),
                IsRefused(StatusCode::kFailedPrecondition, 0))
        << name;
  }
}

TEST_P(StreamsTest, AMissingOneIsNotFound) {
  constexpr auto kNotFound = StatusCode::kNotFound;
  EXPECT_THAT(Run(transport().GetStream("s")), IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().DeleteStream("s")), IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().UpdateStream(StreamOf("s"))),
              IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().PurgeStream("s", {})),
              IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().GetMessage("s", {.sequence = 1})),
              IsRefused(kNotFound, 10059));
  EXPECT_THAT(Run(transport().EraseMessage("s", 1)),
              IsRefused(kNotFound, 10059));
}

TEST_P(StreamsTest, DeleteTakesEverythingWithIt) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 3);
  MakeConsumer("s", ConsumerOf("c", {"s"}));
  const absl::Time created = Stream("s").created;
  ASSERT_THAT(Run(transport().DeleteStream("s")), IsOk());
  EXPECT_THAT(Run(transport().GetStream("s")), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Publish("s", ""), IsRefused(StatusCode::kUnavailable, 0));
  // One of the same name is another incarnation.
  Elapse(absl::Milliseconds(2));
  MakeStream(StreamOf("s"));
  EXPECT_EQ(Stream("s").last_sequence, 0U);
  EXPECT_EQ(Stream("s").consumers, 0);
  EXPECT_GT(Stream("s").created, created);
}

TEST_P(StreamsTest, AreListed) {
  EXPECT_THAT(*Run(transport().ListStreams()), IsEmpty());
  for (const char* name : {"b", "a", "c"}) MakeStream(StreamOf(name));
  PublishMany("b", 2);
  const auto streams = Run(other().ListStreams());
  ASSERT_THAT(streams, IsOk());
  ASSERT_THAT(NamesOf(*streams), ElementsAre("a", "b", "c"));
  EXPECT_EQ((*streams)[1].messages, 2U);
  ExpectSame((*streams)[1].config, StreamOf("b"));
}

// The server gives at most 256 at a time.
TEST_P(StreamsTest, AreListedBeyondOnePage) {
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) {
    names.push_back(absl::StrCat("s", 1000 + i));
    MakeStream(StreamOf(names.back()));
  }
  const auto streams = Run(transport().ListStreams());
  ASSERT_THAT(streams, IsOk());
  EXPECT_EQ(NamesOf(*streams), names);
}

TEST_P(StreamsTest, CountWhatTheyHold) {
  MakeStream(StreamOf("s", {"s.*"}));
  PublishMany("s.a", 2);
  MakeConsumer("s", ConsumerOf("c", {"s.a"}));
  StreamInfo info = Stream("s");
  EXPECT_EQ(info.messages, 2U);
  EXPECT_EQ(info.first_sequence, 1U);
  EXPECT_EQ(info.last_sequence, 2U);
  EXPECT_EQ(info.consumers, 1);
  const uint64_t two = info.bytes;
  EXPECT_GT(two, 0U);
  PublishMany("s.a", 2);
  EXPECT_EQ(Stream("s").bytes, 2 * two);
}

// What a message counts: the file's record, or what memory holds.
TEST_P(StreamsTest, CountBytesAsTheServerDoes) {
  for (const Storage storage : {Storage::kFile, Storage::kMemory}) {
    const bool file = storage == Storage::kFile;
    StreamConfig config = StreamOf(file ? "f" : "m");
    config.storage = storage;
    MakeStream(config);
    ASSERT_THAT(Publish(config.name, std::string(100, 'x')), IsOk());
    EXPECT_EQ(Stream(config.name).bytes, file ? 131U : 117U);
    ASSERT_THAT(Publish({.subject = config.name, .headers = {{"A", "1"}}}),
                IsOk());
    EXPECT_EQ(Stream(config.name).bytes, file ? 131U + 53U : 117U + 35U);
  }
}

TEST_P(StreamsTest, FilesSurviveTheServerAndMemoryDoesNot) {
  StreamConfig file = StreamOf("file");
  file.storage = Storage::kFile;
  MakeStream(file);
  MakeStream(StreamOf("memory"));
  PublishMany("file", 3);
  const absl::Time created = Stream("file").created;
  RestartServer();
  ASSERT_TRUE(Until([&] { return Run(transport().GetStream("file")).ok(); }));
  EXPECT_EQ(Stream("file").messages, 3U);
  EXPECT_EQ(Stream("file").created, created);
  EXPECT_THAT(Run(transport().GetStream("memory")),
              IsRefused(StatusCode::kNotFound, 10059));
}

INSTANTIATE_TEST_SUITE_P(, StreamsTest, ::testing::ValuesIn(AllSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
