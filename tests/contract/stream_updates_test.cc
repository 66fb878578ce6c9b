// What can change of a stream, and what cannot.

#include <string>

#include "tests/contract/contract_fixture.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using transport::StreamConfig;
using transport::StreamInfo;

class StreamUpdates : public Contract {
 protected:
  // As a read-modify-write does it.
  template <class Change>
  absl::StatusOr<StreamInfo> Update(const std::string& name, Change change) {
    StreamConfig config = Stream(name).config;
    change(config);
    return Run(transport().UpdateStream(config));
  }
};

// For what old servers lack.
using NewStreamUpdates = StreamUpdates;

TEST_P(StreamUpdates, AreAccepted) {
  MakeStream(StreamOf("s"));
  const auto info = Update("s", [](StreamConfig& config) {
    config.description = "new";
    config.subjects = {"s", "t.*"};
    config.discard = Discard::kNew;
    config.max_age = absl::Hours(1);
    config.max_messages = 10;
    config.max_bytes = 1 << 20;
    config.max_message_size = 1 << 10;
    config.max_messages_per_subject = 5;
    config.duplicate_window = absl::Minutes(1);
    config.allow_rollup = true;
    config.allow_direct = true;
  });
  ASSERT_THAT(info, IsOk());
  const StreamConfig config = Stream("s").config;
  EXPECT_EQ(config.description, "new");
  EXPECT_THAT(config.subjects, ElementsAre("s", "t.*"));
  EXPECT_EQ(config.discard, Discard::kNew);
  EXPECT_EQ(config.max_age, absl::Hours(1));
  EXPECT_EQ(config.max_messages, 10);
  EXPECT_EQ(config.max_bytes, 1 << 20);
  EXPECT_EQ(config.max_message_size, 1 << 10);
  EXPECT_EQ(config.max_messages_per_subject, 5);
  EXPECT_EQ(config.duplicate_window, absl::Minutes(1));
  EXPECT_TRUE(config.allow_rollup);
  EXPECT_TRUE(config.allow_direct);
}

TEST_P(StreamUpdates, KeepWhatIsStored) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 3);
  const absl::Time created = Stream("s").created;
  ASSERT_THAT(
      Update("s", [](StreamConfig& config) { config.description = "new"; }),
      IsOk());
  EXPECT_EQ(Stream("s").messages, 3U);
  EXPECT_EQ(Stream("s").created, created);
}

TEST_P(StreamUpdates, CanTakeLimitsAway) {
  StreamConfig config = StreamOf("s");
  config.max_messages = 1;
  config.max_age = absl::Hours(1);
  MakeStream(config);
  ASSERT_THAT(Update("s",
                     [](StreamConfig& changed) {
                       changed.max_messages = std::nullopt;
                       changed.max_age = std::nullopt;
                     }),
              IsOk());
  EXPECT_EQ(Stream("s").config.max_messages, std::nullopt);
  EXPECT_EQ(Stream("s").config.max_age, std::nullopt);
  PublishMany("s", 2);
  EXPECT_EQ(Stream("s").messages, 2U);
}

TEST_P(StreamUpdates, ANewLimitRemovesAtOnce) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 5);
  ASSERT_THAT(
      Update("s", [](StreamConfig& config) { config.max_messages = 2; }),
      IsOk());
  EXPECT_THAT(Sequences("s"), ElementsAre(4, 5));
}

// Old servers wait for the subject's next message.
TEST_P(StreamUpdates, ANewLimitPerSubjectHoldsFromTheNextMessageOn) {
  MakeStream(StreamOf("s", {"s.*"}));
  PublishMany("s.a", 3);
  PublishMany("s.b", 1);
  ASSERT_THAT(
      Update("s",
             [](StreamConfig& config) { config.max_messages_per_subject = 1; }),
      IsOk());
  PublishMany("s.a", 1);
  EXPECT_THAT(Sequences("s"), ElementsAre(4, 5));
}

TEST_P(StreamUpdates, ANewAgeRemovesInTime) {
  MakeStream(StreamOf("s"));
  PublishMany("s", 2);
  ASSERT_THAT(Update("s",
                     [](StreamConfig& config) {
                       config.max_age = absl::Milliseconds(200);
                       config.duplicate_window = absl::Milliseconds(200);
                     }),
              IsOk());
  ASSERT_TRUE(Until([&] { return Stream("s").messages == 0; }));
}

TEST_P(StreamUpdates, NewSubjectsAreTakenAndOldOnesAreNot) {
  MakeStream(StreamOf("s", {"a"}));
  PublishMany("a", 1);
  ASSERT_THAT(
      Update("s", [](StreamConfig& config) { config.subjects = {"b"}; }),
      IsOk());
  EXPECT_THAT(Publish("b", ""), IsOk());
  EXPECT_THAT(Publish("a", ""), IsRefused(StatusCode::kUnavailable, 0));
  EXPECT_EQ(Stream("s").messages, 2U);
}

TEST_P(StreamUpdates, CannotTakeSubjectsOfOthers) {
  MakeStream(StreamOf("a"));
  MakeStream(StreamOf("b"));
  EXPECT_THAT(Update("b",
                     [](StreamConfig& config) {
                       config.subjects = {"b", "a"};
                     }),
              IsRefused(StatusCode::kFailedPrecondition, 10065));
  EXPECT_THAT(Stream("b").config.subjects, ElementsAre("b"));
}

TEST_P(StreamUpdates, CannotChangeStorage) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(
      Update("s",
             [](StreamConfig& config) { config.storage = Storage::kFile; }),
      IsRefused(StatusCode::kFailedPrecondition, 10052));
}

TEST_P(StreamUpdates, CannotChangeRetentionToWorkQueue) {
  MakeStream(StreamOf("s"));
  EXPECT_THAT(Update("s",
                     [](StreamConfig& config) {
                       config.retention = Retention::kWorkQueue;
                     }),
              IsRefused(StatusCode::kFailedPrecondition, 10052));
}

TEST_P(StreamUpdates, CanChangeRetentionToInterestWhereTheServerCan) {
  MakeStream(StreamOf("s"));
  const auto info = Update("s", [](StreamConfig& config) {
    config.retention = Retention::kInterest;
  });
  if (Has(Difference::kRetentionUpdates)) {
    EXPECT_THAT(info, IsOk());
  } else {
    EXPECT_THAT(info, IsRefused(StatusCode::kFailedPrecondition, 10052));
  }
}

TEST_P(StreamUpdates, CanChangeMaxConsumersWhereTheServerCan) {
  MakeStream(StreamOf("s"));
  const auto info =
      Update("s", [](StreamConfig& config) { config.max_consumers = 5; });
  if (Has(Difference::kMaxConsumersUpdates)) {
    EXPECT_THAT(info, IsOk());
  } else {
    EXPECT_THAT(info, IsRefused(StatusCode::kFailedPrecondition, 10052));
  }
}

TEST_P(StreamUpdates, CannotTakeDeniesBack) {
  StreamConfig config = StreamOf("s");
  config.deny_delete = true;
  config.deny_purge = true;
  MakeStream(config);
  EXPECT_THAT(
      Update("s", [](StreamConfig& changed) { changed.deny_delete = false; }),
      IsRefused(StatusCode::kFailedPrecondition, 10052));
  EXPECT_THAT(
      Update("s", [](StreamConfig& changed) { changed.deny_purge = false; }),
      IsRefused(StatusCode::kFailedPrecondition, 10052));
}

TEST_P(NewStreamUpdates, MetadataIsReplaced) {
  StreamConfig config = StreamOf("s");
  config.metadata = {{"a", "1"}, {"b", "2"}};
  MakeStream(config);
  ASSERT_THAT(Update("s",
                     [](StreamConfig& changed) {
                       changed.metadata.erase("a");
                       changed.metadata["b"] = "3";
                     }),
              IsOk());
  const auto metadata = Stream("s").config.metadata;
  EXPECT_EQ(metadata.count("a"), 0U);
  EXPECT_EQ(metadata.at("b"), "3");
}

INSTANTIATE_TEST_SUITE_P(, StreamUpdates, ::testing::ValuesIn(AllSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, NewStreamUpdates, ::testing::ValuesIn(NewSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
