// Buckets between this client and nats.c's own: what one writes, the other
// reads.

#include <nats/nats.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/contract/kv_fixture.h"

namespace walnats::contract {
namespace {

using ::testing::ElementsAre;

template <auto kDestroy>
struct Destroy {
  template <class T>
  void operator()(T* handle) const {
    kDestroy(handle);
  }
};
using Connection =
    std::unique_ptr<natsConnection, Destroy<natsConnection_Destroy>>;
using Context = std::unique_ptr<jsCtx, Destroy<jsCtx_Destroy>>;
using Store = std::unique_ptr<kvStore, Destroy<kvStore_Destroy>>;
using Entry = std::unique_ptr<kvEntry, Destroy<kvEntry_Destroy>>;
using Watcher = std::unique_ptr<kvWatcher, Destroy<kvWatcher_Destroy>>;

constexpr int64_t kWaitMilliseconds = 5000;

std::string TextOf(kvEntry* entry) {
  const std::string key = kvEntry_Key(entry);
  switch (kvEntry_Operation(entry)) {
    case kvOp_Delete:
      return key + " deleted";
    case kvOp_Purge:
      return key + " purged";
    default:
      return key + "=" +
             std::string(static_cast<const char*>(kvEntry_Value(entry)),
                         static_cast<size_t>(kvEntry_ValueLen(entry)));
  }
}

class KvInteropTest : public KvContract {
 protected:
  void SetUp() override {
    KvContract::SetUp();
    if (HasFatalFailure()) return;
    natsConnection* connection = nullptr;
    const std::string url = transport().server().url;
    ASSERT_EQ(natsConnection_ConnectTo(&connection, url.c_str()), NATS_OK);
    connection_.reset(connection);
    jsCtx* context = nullptr;
    ASSERT_EQ(natsConnection_JetStream(&context, connection, nullptr), NATS_OK);
    context_.reset(context);
  }

  // The bucket "b" as theirs, made by this client or by them.
  Store OpenTheirs() {
    kvStore* store = nullptr;
    EXPECT_EQ(js_KeyValue(&store, context_.get(), "b"), NATS_OK);
    return Store(store);
  }
  Store MakeTheirs() {
    kvConfig config;
    kvConfig_Init(&config);
    config.Bucket = "b";
    config.History = 5;
    kvStore* store = nullptr;
    EXPECT_EQ(js_CreateKeyValue(&store, context_.get(), &config), NATS_OK);
    return Store(store);
  }

  static std::string Theirs(const Store& store, const char* key) {
    kvEntry* entry = nullptr;
    if (kvStore_Get(&entry, store.get(), key) != NATS_OK) return "none";
    return TextOf(Entry(entry).get());
  }
  static std::vector<std::string> TheirHistory(const Store& store,
                                               const char* key) {
    std::vector<std::string> texts;
    kvEntryList list;
    EXPECT_EQ(kvStore_History(&list, store.get(), key, nullptr), NATS_OK);
    for (int i = 0; i < list.Count; ++i) {
      texts.push_back(TextOf(list.Entries[i]));
    }
    kvEntryList_Destroy(&list);
    return texts;
  }
  static std::vector<std::string> TheirKeys(const Store& store) {
    std::vector<std::string> keys;
    kvKeysList list;
    EXPECT_EQ(kvStore_Keys(&list, store.get(), nullptr), NATS_OK);
    for (int i = 0; i < list.Count; ++i) keys.emplace_back(list.Keys[i]);
    kvKeysList_Destroy(&list);
    std::sort(keys.begin(), keys.end());
    return keys;
  }
  static std::string TheirNext(const Watcher& watcher) {
    kvEntry* entry = nullptr;
    const natsStatus status =
        kvWatcher_Next(&entry, watcher.get(), kWaitMilliseconds);
    if (status != NATS_OK) return natsStatus_GetText(status);
    if (entry == nullptr) return "end";
    return TextOf(Entry(entry).get());
  }

 private:
  Connection connection_;
  Context context_;
};

TEST_P(KvInteropTest, TheyReadWhatWeWrite) {
  const Bucket ours = Open({.history = 5});
  Put(ours, "a", "1");
  const Store theirs = OpenTheirs();
  ASSERT_NE(theirs, nullptr);
  EXPECT_EQ(Theirs(theirs, "a"), "a=1");
  Put(ours, "a", "2");
  ASSERT_THAT(Run(ours.Delete("a")), IsOk());
  EXPECT_EQ(Theirs(theirs, "a"), "none");
  EXPECT_THAT(TheirHistory(theirs, "a"),
              ElementsAre("a=1", "a=2", "a deleted"));
  ASSERT_THAT(Run(ours.Create("a", "3")), IsOk());
  EXPECT_EQ(Theirs(theirs, "a"), "a=3");
  ASSERT_THAT(Run(ours.Purge("a")), IsOk());
  EXPECT_THAT(TheirHistory(theirs, "a"), ElementsAre("a purged"));
  Put(ours, "x.y", "4");
  Put(ours, "z", "5");
  EXPECT_THAT(TheirKeys(theirs), ElementsAre("x.y", "z"));
}

TEST_P(KvInteropTest, WeReadWhatTheyWrite) {
  const Store theirs = MakeTheirs();
  ASSERT_NE(theirs, nullptr);
  const Bucket ours = Open();
  uint64_t revision = 0;
  ASSERT_EQ(kvStore_PutString(&revision, theirs.get(), "a", "1"), NATS_OK);
  EXPECT_EQ(Get(ours, "a"), "1");
  EXPECT_EQ(Run(ours.Get("a")).value().revision, revision);
  ASSERT_EQ(kvStore_UpdateString(&revision, theirs.get(), "a", "2", revision),
            NATS_OK);
  ASSERT_EQ(kvStore_Delete(theirs.get(), "a"), NATS_OK);
  EXPECT_THAT(Run(ours.Get("a")), HasCode(absl::StatusCode::kNotFound));
  EXPECT_THAT(History(ours, "a"), ElementsAre("a=1", "a=2", "a deleted"));
  ASSERT_EQ(kvStore_CreateString(&revision, theirs.get(), "a", "3"), NATS_OK);
  EXPECT_EQ(Get(ours, "a"), "3");
  ASSERT_EQ(kvStore_Purge(theirs.get(), "a", nullptr), NATS_OK);
  EXPECT_THAT(History(ours, "a"), ElementsAre("a purged"));
  ASSERT_EQ(kvStore_PutString(nullptr, theirs.get(), "x.y", "4"), NATS_OK);
  EXPECT_THAT(Keys(ours), ElementsAre("x.y"));
}

TEST_P(KvInteropTest, RevisionsAreShared) {
  const Bucket ours = Open();
  const uint64_t first = Put(ours, "a", "1");
  const Store theirs = OpenTheirs();
  uint64_t second = 0;
  ASSERT_EQ(kvStore_UpdateString(&second, theirs.get(), "a", "2", first),
            NATS_OK);
  EXPECT_THAT(Run(ours.Update("a", "3", first)),
              HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(Run(ours.Update("a", "3", second)), IsOk());
  EXPECT_NE(kvStore_UpdateString(nullptr, theirs.get(), "a", "4", second),
            NATS_OK);
  EXPECT_NE(kvStore_CreateString(nullptr, theirs.get(), "a", "4"), NATS_OK);
}

TEST_P(KvInteropTest, EachWatchesTheOther) {
  const Bucket ours = Open({.history = 5});
  Put(ours, "a", "1");
  const Store theirs = OpenTheirs();
  kvWatcher* watcher = nullptr;
  ASSERT_EQ(kvStore_WatchAll(&watcher, theirs.get(), nullptr), NATS_OK);
  const Watcher their_watch(watcher);
  KvWatch our_watch = Watch(ours);
  EXPECT_EQ(TheirNext(their_watch), "a=1");
  EXPECT_EQ(TheirNext(their_watch), "end");
  EXPECT_EQ(Next(our_watch), "a=1");
  EXPECT_EQ(Next(our_watch), "end");
  ASSERT_THAT(Run(ours.Delete("a")), IsOk());
  EXPECT_EQ(TheirNext(their_watch), "a deleted");
  EXPECT_EQ(Next(our_watch), "a deleted");
  ASSERT_EQ(kvStore_PutString(nullptr, theirs.get(), "a", "2"), NATS_OK);
  ASSERT_EQ(kvStore_Purge(theirs.get(), "a", nullptr), NATS_OK);
  EXPECT_EQ(Next(our_watch), "a=2");
  EXPECT_EQ(Next(our_watch), "a purged");
}

INSTANTIATE_TEST_SUITE_P(, KvInteropTest,
                         ::testing::Values(SideId::kOldest, SideId::kNewest),
                         SideName);

}  // namespace
}  // namespace walnats::contract
