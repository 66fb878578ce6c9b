// Key-value buckets over each transport.

#include <map>
#include <memory>

#include "tests/contract/kv_fixture.h"
#include "walnats/runtime/spawn.h"

namespace walnats::contract {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using KvTest = KvContract;

TEST_P(KvTest, PutsAndGets) {
  const Bucket bucket = Open();
  EXPECT_THAT(Run(bucket.Get("a")), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(Put(bucket, "a", "1"), 1U);
  EXPECT_EQ(Put(bucket, "a/b=c.d_e-F", ""), 2U);
  EXPECT_EQ(Put(bucket, "a", "2"), 3U);
  const auto entry = Run(bucket.Get("a"));
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->bucket, "b");
  EXPECT_EQ(entry->key, "a");
  EXPECT_EQ(entry->value, "2");
  EXPECT_EQ(entry->revision, 3U);
  EXPECT_EQ(entry->operation, KvOperation::kPut);
  EXPECT_GT(entry->created, clock().Now() - absl::Minutes(1));
  EXPECT_EQ(Get(bucket, "a/b=c.d_e-F"), "");
}

// What the official clients make.
TEST_P(KvTest, MakesItsStream) {
  const Bucket bucket = Open({.description = "limits of customers",
                              .history = 5,
                              .ttl = absl::Minutes(1),
                              .value_size = 1000,
                              .bytes = 100'000,
                              .storage = Storage::kMemory});
  Put(bucket, "a", "1");
  const transport::StreamConfig config = Stream("KV_b").config;
  EXPECT_EQ(config.description, "limits of customers");
  EXPECT_THAT(config.subjects, ElementsAre("$KV.b.>"));
  EXPECT_EQ(config.storage, Storage::kMemory);
  EXPECT_EQ(config.discard, Discard::kNew);
  EXPECT_EQ(config.retention, Retention::kLimits);
  EXPECT_EQ(config.max_messages_per_subject, 5);
  EXPECT_EQ(config.max_age, absl::Minutes(1));
  EXPECT_EQ(config.duplicate_window, absl::Minutes(1));
  EXPECT_EQ(config.max_message_size, 1000);
  EXPECT_EQ(config.max_bytes, 100'000);
  EXPECT_TRUE(config.allow_direct);
  EXPECT_TRUE(config.allow_rollup);
  EXPECT_TRUE(config.deny_delete);
  EXPECT_FALSE(config.deny_purge);
  EXPECT_FALSE(config.allow_message_ttl);
}

TEST_P(KvTest, TakesABucketAsItIs) {
  ASSERT_THAT(Run(Open({.create = false}).Put("a", "1")),
              HasCode(StatusCode::kNotFound));
  Put(Open({.history = 3}), "a", "1");
  const Bucket other = Open({.history = 1});
  Put(other, "a", "2");
  EXPECT_THAT(History(other, "a"), ElementsAre("a=1", "a=2"));
  EXPECT_EQ(Stream("KV_b").config.max_messages_per_subject, 3);
}

TEST_P(KvTest, ABucketThatWasDeletedIsMadeAgain) {
  const Bucket bucket = Open();
  Put(bucket, "a", "1");
  ASSERT_THAT(Run(transport().DeleteStream("KV_b")), IsOk());
  EXPECT_THAT(Run(bucket.Get("a")), HasCode(StatusCode::kNotFound));
  ASSERT_THAT(Run(transport().DeleteStream("KV_b")), IsOk());
  EXPECT_EQ(Put(bucket, "a", "2"), 1U);
  EXPECT_EQ(Get(bucket, "a"), "2");
}

TEST_P(KvTest, RefusesBadNames) {
  const Bucket bucket = Open();
  for (const char* key : {"", ".a", "a.", "a..b", "a b", "a*", ">", "ä"}) {
    EXPECT_THAT(Run(bucket.Put(key, "1")),
                HasCode(StatusCode::kInvalidArgument))
        << key;
  }
  EXPECT_THAT(Run(bucket.Keys("a*")), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(Run(Bucket(client(), "a.b").Get("a")),
              HasCode(StatusCode::kInvalidArgument));
}

TEST_P(KvTest, CreatesOnlyWhatIsNotThere) {
  const Bucket bucket = Open();
  EXPECT_THAT(Run(bucket.Create("a", "1")), IsOk());
  EXPECT_THAT(Run(bucket.Create("a", "2")),
              HasCode(StatusCode::kAlreadyExists));
  ASSERT_THAT(Run(bucket.Delete("a")), IsOk());
  EXPECT_THAT(Run(bucket.Create("a", "3")), IsOk());
  ASSERT_THAT(Run(bucket.Purge("a")), IsOk());
  EXPECT_THAT(Run(bucket.Create("a", "4")), IsOk());
  EXPECT_EQ(Get(bucket, "a"), "4");
}

TEST_P(KvTest, UpdatesOnlyTheRevisionThatItKnows) {
  const Bucket bucket = Open();
  EXPECT_THAT(Run(bucket.Update("a", "1", 7)), HasCode(StatusCode::kAborted));
  const auto first = Run(bucket.Update("a", "1", 0));
  ASSERT_THAT(first, IsOk());
  const auto second = Run(bucket.Update("a", "2", *first));
  ASSERT_THAT(second, IsOk());
  EXPECT_THAT(Run(bucket.Update("a", "3", *first)),
              HasCode(StatusCode::kAborted));
  EXPECT_THAT(Run(bucket.Update("a", "3", 0)), HasCode(StatusCode::kAborted));
  EXPECT_EQ(Get(bucket, "a"), "2");
}

TEST_P(KvTest, DeletesAndPurges) {
  const Bucket bucket = Open({.history = 5});
  Put(bucket, "a", "1");
  const uint64_t second = Put(bucket, "a", "2");
  EXPECT_THAT(Run(bucket.Delete("a", second - 1)),
              HasCode(StatusCode::kAborted));
  EXPECT_THAT(Run(bucket.Delete("a", second)), IsOk());
  EXPECT_THAT(Run(bucket.Get("a")), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(Get(bucket, "a", second), "2");
  EXPECT_THAT(History(bucket, "a"), ElementsAre("a=1", "a=2", "a deleted"));
  EXPECT_THAT(Run(bucket.Purge("a", second)), HasCode(StatusCode::kAborted));
  EXPECT_THAT(Run(bucket.Purge("a")), IsOk());
  EXPECT_THAT(Run(bucket.Get("a")), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Run(bucket.Get("a", second)), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(History(bucket, "a"), ElementsAre("a purged"));
}

TEST_P(KvTest, KeepsHistory) {
  const Bucket bucket = Open({.history = 3});
  for (const char* value : {"1", "2", "3", "4"}) Put(bucket, "a", value);
  Put(bucket, "c", "5");
  EXPECT_THAT(History(bucket, "a"), ElementsAre("a=2", "a=3", "a=4"));
  EXPECT_THAT(Run(bucket.Get("a", 1)), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(Get(bucket, "a", 3), "3");
  EXPECT_THAT(Run(bucket.Get("a", 5)), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(History(bucket, "d"), IsEmpty());
}

TEST_P(KvTest, ListsKeysThatHaveValues) {
  const Bucket bucket = Open();
  EXPECT_THAT(Keys(bucket), IsEmpty());
  for (const char* key : {"x.b", "x.a", "y", "z"}) Put(bucket, key, "1");
  Put(bucket, "y", "2");
  ASSERT_THAT(Run(bucket.Delete("z")), IsOk());
  EXPECT_THAT(Keys(bucket), ElementsAre("x.a", "x.b", "y"));
  EXPECT_THAT(Keys(bucket, "x.*"), ElementsAre("x.a", "x.b"));
  EXPECT_THAT(Keys(bucket, "*"), ElementsAre("y"));
}

TEST_P(KvTest, WatchTellsWhatIsThereAndWhatComes) {
  const Bucket bucket = Open({.history = 2});
  for (const char* value : {"1", "2"}) Put(bucket, "a", value);
  Put(bucket, "c", "3");
  KvWatch watch = Watch(bucket);
  EXPECT_EQ(Next(watch), "a=2");
  EXPECT_EQ(Next(watch), "c=3");
  EXPECT_EQ(Next(watch), "end");
  Put(bucket, "c", "4");
  ASSERT_THAT(Run(bucket.Delete("a")), IsOk());
  ASSERT_THAT(Run(bucket.Purge("c")), IsOk());
  EXPECT_EQ(Next(watch), "c=4");
  EXPECT_EQ(Next(watch), "a deleted");
  EXPECT_EQ(Next(watch), "c purged");
}

TEST_P(KvTest, WatchesWhatItIsAskedFor) {
  const Bucket bucket = Open({.history = 2});
  for (const char* value : {"1", "2"}) Put(bucket, "a", value);
  Put(bucket, "c.d", "3");
  ASSERT_THAT(Run(bucket.Delete("c.d")), IsOk());
  KvWatch history = Watch(bucket, "a", {.history = true});
  EXPECT_EQ(Next(history), "a=1");
  EXPECT_EQ(Next(history), "a=2");
  EXPECT_EQ(Next(history), "end");
  KvWatch values = Watch(bucket, ">", {.ignore_deletes = true});
  EXPECT_EQ(Next(values), "a=2");
  EXPECT_EQ(Next(values), "end");
  KvWatch updates = Watch(bucket, "c.*", {.updates_only = true});
  EXPECT_EQ(Next(updates), "end");
  KvWatch from = Watch(bucket, ">", {.from_revision = 3});
  EXPECT_EQ(Next(from), "c.d=3");
  Put(bucket, "c.d", "5");
  EXPECT_EQ(Next(updates), "c.d=5");
  EXPECT_EQ(Next(values), "c.d=5");
}

TEST_P(KvTest, AWatchGoesOnAfterARestartOfTheServer) {
  const Bucket bucket = Open();
  Put(bucket, "a", "1");
  KvWatch watch = Watch(bucket);
  EXPECT_EQ(Next(watch), "a=1");
  EXPECT_EQ(Next(watch), "end");
  RestartServer(absl::Milliseconds(100));
  ASSERT_TRUE(
      Until([&] { return Run(bucket.Put("a", "2")).ok(); }, absl::Seconds(10)));
  EXPECT_EQ(Next(watch), "a=2");
}

TEST_P(KvTest, ClosingTheClientEndsAWatch) {
  const Bucket bucket = Open();
  Put(bucket, "a", "1");
  KvWatch watch = Watch(bucket, ">", {.updates_only = true});
  EXPECT_EQ(Next(watch), "end");
  absl::Status ended;
  bool done = false;
  const auto read = [](KvWatch& one) -> Task<absl::Status> {
    co_return (co_await one.Next()).status();
  };
  Spawn(clock().executor(), read(watch), [&](absl::Status status) {
    ended = std::move(status);
    done = true;
  });
  Elapse(absl::Milliseconds(10));
  CloseClient();
  ASSERT_TRUE(Until([&] { return done; }));
  EXPECT_FALSE(ended.ok());
  EXPECT_THAT(Run(watch.Next()), HasCode(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Run(bucket.Get("a")), HasCode(StatusCode::kFailedPrecondition));
}

// Each of two adds one to a number, as often as the other lets it.
TEST_P(KvTest, NoUpdateIsLostBetweenTwo) {
  const Bucket bucket = Open();
  Put(bucket, "n", "0");
  int running = 2;
  const auto add = [](Bucket counter) -> Task<absl::Status> {
    for (int added = 0; added < 10;) {
      const auto entry = co_await counter.Get("n");
      if (!entry.ok()) co_return entry.status();
      const std::string next = std::to_string(std::stoi(entry->value) + 1);
      const auto updated = co_await counter.Update("n", next, entry->revision);
      if (updated.ok()) ++added;
      if (!updated.ok() && !absl::IsAborted(updated.status())) {
        co_return updated.status();
      }
    }
    co_return absl::OkStatus();
  };
  for (int i = 0; i < 2; ++i) {
    Spawn(clock().executor(), add(Open()), [&](absl::Status status) {
      EXPECT_THAT(status, IsOk());
      --running;
    });
  }
  ASSERT_TRUE(Until([&] { return running == 0; }, absl::Seconds(10)));
  EXPECT_EQ(Get(bucket, "n"), "20");
}

// ---- lifetimes

TEST_P(KvTest, AValueLivesAsLongAsItsBucketSays) {
  const Bucket bucket = Open({.ttl = absl::Milliseconds(200)});
  Put(bucket, "a", "1");
  EXPECT_EQ(Get(bucket, "a"), "1");
  EXPECT_TRUE(
      Until([&] { return absl::IsNotFound(Run(bucket.Get("a")).status()); },
            absl::Seconds(2)));
  EXPECT_THAT(Keys(bucket), IsEmpty());
  EXPECT_THAT(Run(bucket.Create("a", "2")), IsOk());
}

class KvOldTest : public KvContract {};

TEST_P(KvOldTest, AnEntryCannotHaveALifetime) {
  const Bucket bucket = Open({.entry_ttl = true});
  EXPECT_THAT(Run(bucket.Create("a", "1", absl::Seconds(5))),
              HasCode(StatusCode::kUnimplemented));
  EXPECT_THAT(Run(bucket.Create("a", "1")), IsOk());
}

class KvTtlTest : public KvContract {};

TEST_P(KvTtlTest, AnEntryLivesAsLongAsItSays) {
  const Bucket bucket = Open({.entry_ttl = true});
  ASSERT_THAT(Run(bucket.Create("a", "1", absl::Milliseconds(700))), IsOk());
  Put(bucket, "c", "2");
  KvWatch watch = Watch(bucket, "a");
  EXPECT_EQ(Next(watch), "a=1");
  EXPECT_EQ(Next(watch), "end");
  EXPECT_EQ(Get(bucket, "a"), "1");
  EXPECT_TRUE(
      Until([&] { return absl::IsNotFound(Run(bucket.Get("a")).status()); },
            absl::Seconds(5)));
  EXPECT_EQ(Next(watch), "a purged");
  EXPECT_THAT(Keys(bucket), ElementsAre("c"));
  EXPECT_THAT(Run(bucket.Create("a", "3")), IsOk());
}

TEST_P(KvTtlTest, TheMarkOfAPurgeLivesAsLongAsItSays) {
  const Bucket bucket = Open({.entry_ttl = true});
  Put(bucket, "a", "1");
  ASSERT_THAT(Run(bucket.Purge("a", 0, absl::Seconds(1))), IsOk());
  EXPECT_THAT(History(bucket, "a"), ElementsAre("a purged"));
  const auto marker = Run(bucket.History("a"));
  ASSERT_THAT(marker, IsOk());
  EXPECT_TRUE(Until(
      [&] {
        const auto now = Run(bucket.History("a"));
        return now.ok() && (now->empty() || now->back().revision > 2);
      },
      absl::Seconds(5)));
}

TEST_P(KvTtlTest, ABucketMustAllowIt) {
  const Bucket bucket = Open();
  EXPECT_THAT(Run(bucket.Create("a", "1", absl::Seconds(5))),
              IsRefused(StatusCode::kFailedPrecondition, 10166));
  EXPECT_THAT(Run(bucket.Create("a", "1", absl::ZeroDuration())),
              HasCode(StatusCode::kInvalidArgument));
}

TEST_P(KvTtlTest, MarkersNeedASecond) {
  transport::StreamConfig config = StreamOf("s");
  config.allow_message_ttl = true;
  config.subject_delete_marker_ttl = absl::Milliseconds(500);
  EXPECT_THAT(Run(transport().CreateStream(config)),
              IsRefused(StatusCode::kFailedPrecondition, 10052));
  config.subject_delete_marker_ttl = absl::Seconds(2);
  ASSERT_THAT(Run(transport().CreateStream(config)), IsOk());
  EXPECT_EQ(Stream("s").config.subject_delete_marker_ttl, absl::Seconds(2));
  EXPECT_THAT(
      Publish(Post{.subject = "s", .headers = {{"Nats-TTL", "rubbish"}}}),
      IsRefused(StatusCode::kFailedPrecondition, 10165));
  EXPECT_THAT(Publish(Post{.subject = "s", .headers = {{"Nats-TTL", "1m"}}}),
              IsOk());
  config.allow_message_ttl = false;
  config.subject_delete_marker_ttl.reset();
  EXPECT_THAT(Run(transport().UpdateStream(config)),
              IsRefused(StatusCode::kFailedPrecondition, 10052));
}

INSTANTIATE_TEST_SUITE_P(, KvTest, ::testing::ValuesIn(AllSides()), SideName);
INSTANTIATE_TEST_SUITE_P(, KvOldTest, ::testing::ValuesIn(OldSides()),
                         SideName);
INSTANTIATE_TEST_SUITE_P(, KvTtlTest, ::testing::ValuesIn(NewSides()),
                         SideName);

}  // namespace
}  // namespace walnats::contract
