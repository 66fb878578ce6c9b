// What becomes of an emit.

#include <gmock/gmock.h>

#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <set>

#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/runtime/spawn.h"
#include "walnats/status.h"

namespace walnats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr TextEvent kFew("few",
                         {.limits = {.messages = 3, .discard = Discard::kNew}});

// The sequences of many emits, as they come; any thread.
class Sequences {
 public:
  void Add(const absl::StatusOr<Receipt>& receipt) {
    std::lock_guard lock(mutex_);
    ++count_;
    if (receipt.ok()) {
      sequences_.insert(receipt->sequence);
    } else {
      failure_ = receipt.status();
    }
  }
  // Once there are so many, whether they are all of 1 to `count`.
  void ExpectAll(uint64_t count) const {
    EXPECT_TRUE(Eventually([&] {
      std::lock_guard lock(mutex_);
      return count_ >= count;
    }));
    std::lock_guard lock(mutex_);
    EXPECT_EQ(failure_, absl::OkStatus());
    ASSERT_EQ(sequences_.size(), count);
    EXPECT_EQ(*sequences_.begin(), 1U);
    EXPECT_EQ(*sequences_.rbegin(), count);
  }

 private:
  mutable std::mutex mutex_;
  uint64_t count_ = 0;            // guarded
  std::set<uint64_t> sequences_;  // guarded
  absl::Status failure_;          // guarded
};

// `count` emits, one after the other.
Task<absl::Status> EmitMany(Client client, int count, Sequences& sequences) {
  for (int i = 0; i < count; ++i) {
    const std::string text = Cat("message ", i);
    sequences.Add(co_await client.Emit(kParcelSent, text));
  }
  co_return absl::OkStatus();
}

class ServicesEmitTest : public ServicesServer {
 protected:
  Running& Start() {
    return ServicesServer::Start(
        {.name = "shop", .emits = {kParcelSent, kFew}});
  }
};

TEST_F(ServicesEmitTest, NumbersWhatIsStored) {
  Running& shop = Start();
  for (uint64_t i = 1; i <= 20; ++i) {
    const auto receipt = Emit(shop, kParcelSent, "x");
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_EQ(receipt->stream, "parcel-sent");
    EXPECT_EQ(receipt->sequence, i);
    EXPECT_FALSE(receipt->duplicate);
  }
  EXPECT_EQ(shop.health().events.at(0).emitted, 20);
}

TEST_F(ServicesEmitTest, StoresOnceWhatHasOneId) {
  Running& shop = Start();
  const auto first = Emit(shop, kParcelSent, "x", {.id = "one"});
  const auto second = Emit(shop, kParcelSent, "y", {.id = "one"});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(first->duplicate);
  EXPECT_TRUE(second->duplicate);
  EXPECT_EQ(second->sequence, first->sequence);
  EXPECT_EQ(Await(raw().GetStream("parcel-sent"))->messages, 1U);
  EXPECT_EQ(shop.health().events.at(0).duplicates, 1);
}

TEST_F(ServicesEmitTest, RefusesWhatIsTooLarge) {
  StartServer({.extra_config = "max_payload: 1000"});
  Running& shop = Start();
  EXPECT_TRUE(Emit(shop, kParcelSent, std::string(900, 'x')).ok());
  const absl::Status status =
      Emit(shop, kParcelSent, std::string(1001, 'x')).status();
  EXPECT_EQ(status, absl::FailedPreconditionError(
                        "emit \"parcel.sent\": payload of 1001 bytes over the "
                        "server's limit of 1000"));
}

TEST_F(ServicesEmitTest, RefusesHeadersThatWouldEndTheLine) {
  Running& shop = Start();
  const Header headers[] = {{"Colour", "red\r\nNats-Rollup: all"}};
  const absl::Status status =
      Emit(shop, kParcelSent, "x", {.headers = headers}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("emit \"parcel.sent\": set header \"Colour\": value must "
                "not hold CR"));
  EXPECT_EQ(Await(raw().GetStream("parcel-sent"))->messages, 0U);
}

TEST_F(ServicesEmitTest, RefusesWhatWasNotRegistered) {
  const absl::Status status = Emit(Start(), kMailSent, "x").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("emit \"mail-sent\": not registered"));
}

TEST_F(ServicesEmitTest, RefusesEverythingAfterTheEnd) {
  Running& shop = Start();
  Stop();
  EXPECT_EQ(Emit(shop, kParcelSent, "x").status(),
            absl::FailedPreconditionError(
                "emit \"parcel.sent\": the client is closed"));
}

TEST_F(ServicesEmitTest, ComparesTheLastSequence) {
  Running& shop = Start();
  EXPECT_TRUE(Emit(shop, kParcelSent, "x", {.expected_last_sequence = 0}).ok());
  const absl::Status status =
      Emit(shop, kParcelSent, "x", {.expected_last_sequence = 0}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ServerCode(status), 10071);
  EXPECT_TRUE(Emit(shop, kParcelSent, "x", {.expected_last_sequence = 1}).ok());
}

TEST_F(ServicesEmitTest, SaysThatTheStreamIsFull) {
  Running& shop = Start();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Emit(shop, kFew, "x").ok());
  const absl::Status status = Emit(shop, kFew, "x").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ServerCode(status), 10077);
}

TEST_F(ServicesEmitTest, ServesForeignThreads) {
  Running& shop = Start();
  Sequences sequences;
  boost::asio::thread_pool pool(2);
  for (int i = 0; i < 10; ++i) {
    Spawn(pool.get_executor(), EmitMany(shop.client(), 100, sequences),
          [](const absl::Status& status) { EXPECT_TRUE(status.ok()); });
  }
  sequences.ExpectAll(1000);
  pool.join();
}

TEST_F(ServicesEmitTest, StoresFarMoreThanFitsIntoTheWindow) {
  ConnectOptions connect = Url();
  connect.window_messages = 256;
  Running& shop =
      Launch({{.name = "shop", .emits = {kParcelSent}}}, Options(), connect);
  ASSERT_EQ(shop.Ready(), absl::OkStatus());
  constexpr int kEmits = 20'000;
  Sequences sequences;
  for (int i = 0; i < kEmits; ++i) {
    Spawn(shop.client().executor(), EmitMany(shop.client(), 1, sequences),
          [](const absl::Status& status) { EXPECT_TRUE(status.ok()); });
  }
  sequences.ExpectAll(kEmits);
  EXPECT_EQ(shop.health().events.at(0).emitted, kEmits);
}

// What is not delayed passes it meanwhile.
TEST_F(ServicesEmitTest, DelaysTheHandling) {
  constexpr absl::Duration kDelay = absl::Milliseconds(600);
  std::atomic<int64_t> handled{0};
  Actor mailer("mailer", kParcelSent,
               [&](const std::string& text, const Context& context) {
                 if (text == "late") {
                   handled = absl::ToUnixMicros(context.clock().Now());
                 }
                 seen_.Add(text);
               });
  Running& shop = ServicesServer::Start({.name = "shop", .actors = {mailer}});
  const absl::Time due = clock_.Now() + kDelay;
  EXPECT_TRUE(Emit(shop, kParcelSent, "late", {.delay = kDelay}).ok());
  EXPECT_TRUE(Emit(shop, kParcelSent, "now").ok());
  EXPECT_THAT(seen_.Await(2), ElementsAre("now", "late"));
  // The header carries a decimal fraction.
  EXPECT_GE(absl::FromUnixMicros(handled), due - absl::Milliseconds(1));
}

}  // namespace
}  // namespace walnats::testing
