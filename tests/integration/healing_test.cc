// What heals by itself, and what is left to people, under load; and the story
// that Health and the log tell of it.

#include <gmock/gmock.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "absl/time/clock.h"
#include "tests/integration/proxy.h"
#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/client/client_core.h"
#include "walnats/log.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// WALNATS_OUTAGE_SECONDS=20 for the long form.
absl::Duration Outage() {
  const char* const text = std::getenv("WALNATS_OUTAGE_SECONDS");
  return absl::Seconds(text != nullptr ? std::atoi(text) : 3);
}

// Warnings and errors, as they are logged; none reaches stderr.
class Story {
 public:
  Story() {
    SetLogSink([this](const LogEntry& entry) {
      if (entry.level >= LogLevel::kWarning) {
        board_.Add(std::string(entry.message));
      }
    });
  }
  ~Story() { SetLogSink(nullptr); }
  std::vector<std::string> lines() const { return board_.lines(); }

 private:
  Board board_;
};

class HealingTest : public ServicesServer {
 protected:
  // Emits "1", "2", ... without end, each once the one before was stored.
  Producer Feed() {
    return Producer("feed", {kParcelSent}, [this](Client client) {
      return EmitOn(std::move(client));
    });
  }
  Task<absl::Status> EmitOn(Client client) {
    for (;;) {
      const std::string text = Cat(emitted_ + 1);
      const auto receipt = co_await client.Emit(kParcelSent, text);
      if (!receipt.ok()) {
        ++failed_;
        co_return receipt.status();
      }
      ++emitted_;
      co_await client.core()->clock().Sleep(absl::Milliseconds(2));
    }
  }
  static Actor Seeing(const std::string& name, const TextEvent& event,
                      Board& board) {
    return Actor(name, event,
                 [&board](const std::string& text) { board.Add(text); },
                 {.ack_wait = absl::Seconds(5)});
  }
  // Different texts on the board.
  static size_t Different(const Board& board) {
    const std::vector<std::string> lines = board.lines();
    return std::set(lines.begin(), lines.end()).size();
  }
  // All that is emitted by now is handled.
  void ExpectCaughtUp() {
    const size_t target = emitted_ + 20;
    EXPECT_TRUE(Eventually([&] { return Different(seen_) >= target; }))
        << Different(seen_) << " of " << target;
  }
  static bool Stands(const Running& running, ConditionKind kind) {
    for (const Condition& one : running.health().conditions) {
      if (one.kind == kind) return true;
    }
    return false;
  }
  // Another stream and another consumer of the same names, as another process
  // would make them, and a message in it. `while_missing` in between.
  void MakeMailAgain(const std::function<void()>& while_missing = [] {}) {
    const transport::StreamConfig stream = Stream("mail-sent");
    const transport::ConsumerConfig clerk =
        Consumer("mail-sent", "clerk").config;
    ASSERT_TRUE(Await(raw().DeleteStream("mail-sent")).ok());
    while_missing();
    ASSERT_TRUE(Await(raw().CreateStream(stream)).ok());
    ASSERT_TRUE(Await(raw().CreateConsumer("mail-sent", clerk)).ok());
    PublishRaw(kMailSent.name(), "new");
  }
  ServicesOptions Watchful() const {
    ServicesOptions options = Options();
    options.watch = absl::Seconds(1);
    return options;
  }
  Running& StartBehind(const Proxy& proxy, Service service) {
    std::vector<Service> services;
    services.push_back(std::move(service));
    Running& running =
        Launch(std::move(services), Watchful(), {.urls = {proxy.url()}});
    EXPECT_EQ(running.Ready(), absl::OkStatus());
    return running;
  }

  static void ExpectStands(const Running& running, ConditionKind kind,
                           bool stands = true) {
    EXPECT_TRUE(Eventually([&] { return Stands(running, kind) == stands; }))
        << running.health().Describe();
  }
  static void ExpectReady(const Running& running) {
    EXPECT_TRUE(Eventually([&] { return running.health().ready(); }));
  }

  std::atomic<size_t> emitted_{0};
  std::atomic<int> failed_{0};
  Story story_;
};

TEST_F(HealingTest, AnActorUnderLoadRecoversAndTellsItsStory) {
  Board mail;
  Running& shop = Start({.name = "shop",
                         .emits = {kMailSent},
                         .producers = {Feed()},
                         .actors = {Seeing("mailer", kParcelSent, seen_),
                                    Seeing("clerk", kMailSent, mail)}},
                        Watchful());
  ASSERT_TRUE(Emit(shop, kMailSent, "old").ok());
  EXPECT_THAT(mail.Await(1), ElementsAre("old"));
  // More than a second, so the watch has looked.
  ASSERT_TRUE(Eventually([&] { return Different(seen_) >= 700; }));

  const absl::Time made = Consumer("parcel-sent", "mailer").created;
  // 2.9 deletes it, and says now and then that its directory is not empty.
  Await(raw().DeleteConsumer("parcel-sent", "mailer")).IgnoreError();
  EXPECT_TRUE(Eventually([&] {
    const auto info = Await(raw().GetConsumer("parcel-sent", "mailer"));
    return info.ok() && info->created > made;
  }));
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());
  ExpectReady(shop);
  ASSERT_TRUE(server_->Kill9().ok());
  ExpectStands(shop, ConditionKind::kDisconnected);
  const absl::Time back = absl::Now() + Outage();
  Eventually([&] { return absl::Now() >= back; });
  ASSERT_TRUE(server_->Restart().ok());
  ExpectReady(shop);
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());

  ASSERT_TRUE(
      Eventually([&] { return Await(raw().GetStream("mail-sent")).ok(); }));
  ASSERT_NO_FATAL_FAILURE(MakeMailAgain(
      [&] { ExpectStands(shop, ConditionKind::kStreamMissing); }));
  ExpectStands(shop, ConditionKind::kIncarnationChanged);
  // The other actor is not concerned.
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());
  EXPECT_FALSE(shop.health().ready());
  EXPECT_THAT(
      shop.health().Describe(),
      AllOf(HasSubstr("actor \"clerk\": stream \"mail-sent\": deleted "
                      "and made again"),
            HasSubstr("stream \"mail-sent\": stream made again since")));
  Stop();
  EXPECT_THAT(mail.lines(), ElementsAre("old"));
  EXPECT_EQ(failed_, 0);
  const std::string mailer = "actor \"mailer\" of \"parcel.sent\": ";
  const std::string stream = "stream \"mail-sent\": ";
  EXPECT_THAT(
      story_.lines(),
      ElementsAre(StartsWith(mailer + "consumer missing: it was deleted; made "
                                      "again to begin with message "),
                  StartsWith(mailer + "no longer consumer missing, after "),
                  StartsWith("connection: disconnected: from nats://"),
                  StartsWith("connection: no longer disconnected, after "),
                  StartsWith(stream + "stream missing: "),
                  StartsWith(stream + "no longer stream missing, after "),
                  StartsWith(stream + "stream made again: ")));
}

TEST_F(HealingTest, HandlesNothingThatAnotherStreamSendsAfterAReconnect) {
  Proxy proxy(server_->port());
  Running& shop =
      StartBehind(proxy, {.name = "shop",
                          .emits = {kMailSent},
                          .actors = {Seeing("clerk", kMailSent, seen_)}});
  ASSERT_TRUE(Emit(shop, kMailSent, "old").ok());
  EXPECT_THAT(seen_.Await(1), ElementsAre("old"));
  proxy.Set(Proxy::Mode::kCut);
  ExpectStands(shop, ConditionKind::kDisconnected);
  ASSERT_NO_FATAL_FAILURE(MakeMailAgain());
  proxy.Set(Proxy::Mode::kForward);
  ExpectStands(shop, ConditionKind::kIncarnationChanged);
  Stop();
  EXPECT_THAT(seen_.lines(), ElementsAre("old"));
}

TEST_F(HealingTest, NoticesAHalfOpenConnectionAndLeavesIt) {
  Proxy proxy(server_->port());
  Running& shop =
      StartBehind(proxy, {.name = "shop",
                          .producers = {Feed()},
                          .actors = {Seeing("mailer", kParcelSent, seen_)}});
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());
  const absl::Time silent = absl::Now();
  proxy.Set(Proxy::Mode::kSilent);
  ExpectStands(shop, ConditionKind::kDisconnected);
  // Three pings of a second, and some time for a busy machine.
  EXPECT_LT(absl::Now() - silent, absl::Seconds(6));
  proxy.Set(Proxy::Mode::kForward);
  ExpectReady(shop);
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());
  Stop();
  EXPECT_EQ(failed_, 0);
  EXPECT_THAT(story_.lines(), SizeIs(2));
}

TEST_F(HealingTest, LeavesALameDuckAtOnce) {
  Running& shop = Start({.name = "shop",
                         .producers = {Feed()},
                         .actors = {Seeing("mailer", kParcelSent, seen_)}},
                        Watchful());
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());
  ASSERT_EQ(::kill(server_->pid(), SIGUSR2), 0);
  ExpectStands(shop, ConditionKind::kDisconnected);
  EXPECT_THAT(shop.health().problem, HasSubstr("lame duck"));
  ASSERT_TRUE(server_->Kill9().ok());
  ASSERT_TRUE(server_->Restart().ok());
  ExpectReady(shop);
  ASSERT_NO_FATAL_FAILURE(ExpectCaughtUp());
  Stop();
  EXPECT_EQ(failed_, 0);
}

TEST_F(HealingTest, ReportsWhatDiffersFromItsDeclarationUntilItDoesNot) {
  Running& shop = Start({.name = "shop",
                         .producers = {Feed()},
                         .actors = {Seeing("mailer", kParcelSent, seen_)}},
                        Watchful());
  const transport::StreamConfig declared = Stream("parcel-sent");
  transport::StreamConfig other = declared;
  other.max_messages = 1'000'000;
  ASSERT_TRUE(Await(raw().UpdateStream(other)).ok());
  ExpectStands(shop, ConditionKind::kConfigDrift);
  EXPECT_TRUE(shop.health().ready());
  EXPECT_THAT(shop.health().Describe(), HasSubstr("max_msgs is 1000000"));
  ASSERT_TRUE(Await(raw().UpdateStream(declared)).ok());
  ExpectStands(shop, ConditionKind::kConfigDrift, false);
  transport::ConsumerConfig mailer = Consumer("parcel-sent", "mailer").config;
  mailer.ack_wait = absl::Seconds(7);
  ASSERT_TRUE(Await(raw().UpdateConsumer("parcel-sent", mailer)).ok());
  ExpectStands(shop, ConditionKind::kConfigDrift);
  Stop();
  EXPECT_EQ(Consumer("parcel-sent", "mailer").config.ack_wait, absl::Seconds(7))
      << "it only reports";
}

TEST_F(HealingTest, SeesThatAcknowledgedDataWasLost) {
  namespace fs = std::filesystem;
  Running& shop = Start({.name = "shop", .emits = {kMailSent}}, Watchful());
  ASSERT_TRUE(Emit(shop, kMailSent, "1").ok());
  // A backup of the first hour is put back after the second.
  ASSERT_TRUE(server_->Terminate().ok());
  const fs::path store = server_->store_dir();
  const fs::path backup =
      store.parent_path() / (store.filename().string() + "-backup");
  fs::copy(store, backup, fs::copy_options::recursive);
  ASSERT_TRUE(server_->Restart().ok());
  ExpectReady(shop);
  for (const char* text : {"2", "3"}) {
    ASSERT_TRUE(Emit(shop, kMailSent, text).ok());
  }
  ASSERT_TRUE(server_->Terminate().ok());
  fs::remove_all(store / "jetstream");
  fs::copy(backup / "jetstream", store / "jetstream",
           fs::copy_options::recursive);
  fs::remove_all(backup);
  ASSERT_TRUE(server_->Restart().ok());
  ExpectStands(shop, ConditionKind::kDataLost);
  EXPECT_THAT(shop.health().Describe(),
              HasSubstr("ends at sequence 1, but had acknowledged 3"));
  EXPECT_EQ(shop.health().events.at(0).last_sequence, 3U);
  EXPECT_TRUE(Emit(shop, kMailSent, "4").ok()) << "the work goes on";
  ExpectReady(shop);
}

}  // namespace
}  // namespace walnats::testing
