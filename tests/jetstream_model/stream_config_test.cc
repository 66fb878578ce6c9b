#include "walnats/testing/jetstream_model/stream_config.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/jetstream_model/model_fixture.h"

namespace walnats::testing::model {
namespace {

using transport::StreamConfig;

// What a create is refused with by the oldest and by the newest release;
// measured on both.
struct Case {
  StreamConfig config;
  std::string old_text;
  std::string text;
};

std::vector<Case> InvalidConfigs() {
  const std::string window = "duplicates window can not be larger then max age";
  const std::string api =
      "subjects that overlap with jetstream api require no-ack to be true";
  return {
      {{.name = "*"},
       "stream name is required and can not contain '.', '*', '>'",
       "stream name is required and can not contain '.', '*', '>', '\\', '/'"},
      {{.name = std::string(256, 'n')},
       "stream name is too long, maximum allowed is 255",
       "stream name is too long, maximum allowed is 255"},
      {{.name = "W", .max_age = absl::Seconds(1)}, window, window},
      {{.name = "W",
        .max_age = absl::Milliseconds(1),
        .duplicate_window = absl::ZeroDuration()},
       "max age needs to be >= 100ms",
       "max age needs to be >= 100ms"},
      {{.name = "W", .duplicate_window = absl::Milliseconds(1)},
       "duplicates window needs to be >= 100ms",
       "duplicates window needs to be >= 100ms"},
      {{.name = "W", .replicas = 9},
       "maximum replicas is 5",
       "maximum replicas is 5"},
      {{.name = "W", .subjects = {">"}},
       "",
       "capturing all subjects requires no-ack to be true"},
      {{.name = "W", .subjects = {"$JS.API.x"}},
       "subjects overlap with jetstream api",
       api},
      {{.name = "W", .subjects = {"$JS.EVENT.>"}}, "", ""},
      {{.name = "W", .subjects = {"$SYS.x"}},
       "",
       "subjects that overlap with system api require no-ack to be true"},
      {{.name = "W", .subjects = {"a..b"}},
       "invalid subject",
       "invalid subject"},
      {{.name = "W", .subjects = {"a", "a"}},
       "duplicate subjects detected",
       "subject \"a\" overlaps with \"a\""},
      {{.name = "W", .subjects = {"a.*", "a.b"}},
       "subject \"a.*\" overlaps with \"a.b\"",
       "subject \"a.*\" overlaps with \"a.b\""},
      {{.name = "W", .subjects = {"*.b", "a.*"}},
       "subject \"*.b\" overlaps with \"a.*\"",
       api},
      {{.name = "W", .allow_rollup = true, .deny_purge = true},
       "roll-ups require the purge permission",
       "roll-ups require the purge permission"},
  };
}

TEST(StreamConfigTest, RefusesInTheServersWords) {
  for (const Case& c : InvalidConfigs()) {
    for (const Version& version : {kOldest, kNewest}) {
      Model model({.version = version}, kStart);
      const auto answer = model.CreateStream(c.config);
      const std::string& text = version == kOldest ? c.old_text : c.text;
      EXPECT_EQ(TextOf(answer), text) << ToString(version);
      EXPECT_EQ(CodeOf(answer), text.empty() ? 0 : 10052) << text;
    }
  }
}

TEST(StreamConfigTest, OldReleasesDropWhatTheyDoNotKnow) {
  const StreamConfig config = {.name = "A",
                               .compressed = true,
                               .metadata = {{"k", "v"}},
                               .allow_atomic = true};
  const StreamConfig old = Normalize(config, kOldest);
  EXPECT_FALSE(old.compressed);
  EXPECT_TRUE(old.metadata.empty());
  EXPECT_FALSE(old.allow_atomic);
  const StreamConfig recent = Normalize(config, kNewest);
  EXPECT_TRUE(recent.compressed);
  EXPECT_EQ(recent.metadata.size(), 1u);
  EXPECT_TRUE(recent.allow_atomic);
}

TEST(StreamConfigTest, UnsetWindowIsTwoMinutesOrTheAge) {
  StreamConfig config = {.name = "A", .duplicate_window = absl::ZeroDuration()};
  EXPECT_EQ(Normalize(config, kNewest).duplicate_window, absl::Minutes(2));
  config.max_age = absl::Seconds(30);
  EXPECT_EQ(Normalize(config, kNewest).duplicate_window, absl::Seconds(30));
  config.max_age = absl::Hours(1);
  EXPECT_EQ(Normalize(config, kNewest).duplicate_window, absl::Minutes(2));
}

TEST(StreamConfigTest, TakesTheNameForASubject) {
  EXPECT_EQ(Normalize({.name = "A"}, kNewest).subjects,
            std::vector<std::string>{"A"});
}

struct Update {
  StreamConfig from;
  StreamConfig to;
  std::string old_text;
  std::string text;
};

TEST(StreamConfigTest, UpdatesAreRefusedByRelease) {
  const std::string act = "stream configuration update can not ";
  const std::string queue = act + "change retention policy to/from workqueue";
  const std::string retention = act + "change retention policy";
  const std::vector<Update> updates = {
      {{.name = "A"},
       {.name = "A", .storage = Storage::kMemory},
       act + "change storage type",
       act + "change storage type"},
      {{.name = "A"},
       {.name = "A", .retention = Retention::kInterest},
       retention,
       ""},
      {{.name = "A"},
       {.name = "A", .retention = Retention::kWorkQueue},
       retention,
       queue},
      {{.name = "A", .retention = Retention::kWorkQueue},
       {.name = "A"},
       retention,
       queue},
      {{.name = "A"},
       {.name = "A", .max_consumers = 5},
       act + "change MaxConsumers",
       ""},
      {{.name = "A", .deny_delete = true},
       {.name = "A"},
       act + "cancel deny message deletes",
       act + "cancel deny message deletes"},
      {{.name = "A", .deny_purge = true},
       {.name = "A"},
       act + "cancel deny purge",
       act + "cancel deny purge"},
      {{.name = "A"},
       {.name = "A", .replicas = 3},
       "",
       "replicas > 1 not supported in non-clustered mode"},
      {{.name = "A"}, {.name = "A", .max_messages = 5}, "", ""},
  };
  for (const Update& u : updates) {
    for (const Version& version : {kOldest, kNewest}) {
      Model model({.version = version}, kStart);
      ASSERT_TRUE(model.CreateStream(u.from).ok());
      const auto answer = model.UpdateStream(u.to);
      EXPECT_EQ(TextOf(answer), version == kOldest ? u.old_text : u.text)
          << ToString(version);
    }
  }
}

TEST(StreamConfigTest, FindsFlagsThatTheStructDoesNotKnow) {
  StreamConfig config;
  config.raw = R"({"name":"A","discard_new_per_subject":true,"sealed":false})";
  EXPECT_TRUE(HasFlag(config, "discard_new_per_subject"));
  EXPECT_FALSE(HasFlag(config, "sealed"));
  EXPECT_FALSE(HasFlag(config, "no_ack"));
}

}  // namespace
}  // namespace walnats::testing::model
