// 100,000 messages, every thousandth of them poison: every death has its
// letter, and what dies does not slow down what lives.

#include <gmock/gmock.h>

#include <cstdio>
#include <deque>
#include <set>

#include "absl/time/clock.h"
#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/log.h"
#include "walnats/runtime/suspension.h"

namespace walnats::testing {
namespace {

using ::testing::SizeIs;

constexpr int kMessages = 100'000;
constexpr int kPoison = 1000;  // every so many
constexpr int kDead = kMessages / kPoison;

// Waits for all PubAcks.
struct PublishCount {
  int left = kMessages;
  absl::Status status;
  Suspension done;
};

struct Box final : transport::Publication {
  explicit Box(PublishCount& counted) : count(counted) {
    message = {.subject = kParcelSent.name(), .body = "box"};
  }
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    count.status.Update(ack.status());
    if (--count.left == 0) count.done.Resume();
  }
  PublishCount& count;
};

class PoisonTest : public ServicesServer {
 protected:
  PoisonTest() { SetLogLevel(LogLevel::kOff); }
  ~PoisonTest() override { SetLogLevel(LogLevel::kWarning); }

  void Fill() {
    Start({.name = "feed", .emits = {kParcelSent}});
    Stop();
    raw();
    EXPECT_EQ(Await(PublishAll()), absl::OkStatus());
  }

  Task<absl::Status> PublishAll() {
    PublishCount count;
    std::deque<Box> boxes;
    co_await count.done.Wait([&] {
      for (int i = 0; i < kMessages; ++i) {
        raw().Publish(boxes.emplace_back(count));
      }
    });
    co_return count.status;
  }

  // How long an actor of that name takes for all of them.
  absl::Duration Handle(const std::string& name, bool poisoned) {
    auto handle = [poisoned](const std::string&, const Context& context) {
      return poisoned && context.sequence() % kPoison == 0
                 ? absl::InvalidArgumentError("poison")
                 : absl::OkStatus();
    };
    const absl::Time begin = absl::Now();
    Running& running =
        Start({.name = "shop", .actors = {Actor(name, kParcelSent, handle)}});
    EXPECT_TRUE(Eventually([&] {
      const ActorHealth actor = running.actor();
      return actor.handled + actor.dead == kMessages;
    })) << running.health().Describe();
    const absl::Duration took = absl::Now() - begin;
    EXPECT_EQ(running.actor().dead, poisoned ? kDead : 0);
    EXPECT_EQ(running.actor().retried, 0);
    Stop();
    return took;
  }

  // One for each message that died for `actor`, saying why.
  void ExpectLetters(const std::string& actor) {
    std::set<uint64_t> sequences;
    for (const v1::DeadLetter& letter : DeadLetters()) {
      if (letter.actor() != actor) continue;
      EXPECT_TRUE(sequences.insert(letter.sequence()).second);
      EXPECT_EQ(letter.sequence() % kPoison, 0u);
      EXPECT_EQ(letter.code(), "INVALID_ARGUMENT");
      EXPECT_EQ(letter.error(), "poison");
      EXPECT_EQ(letter.body(), "box");
    }
    EXPECT_THAT(sequences, SizeIs(kDead));
  }
};

TEST_F(PoisonTest, CostsLessThanHalfOfTheThroughput) {
  ASSERT_NO_FATAL_FAILURE(Fill());
  double ratio = 0;
  // A machine that is busy may slow down one of the two.
  for (int round = 1; round <= 3 && ratio < 0.5; ++round) {
    const absl::Duration clean = Handle(Cat("clean-", round), false);
    const std::string name = Cat("poisoned-", round);
    const absl::Duration poisoned = Handle(name, true);
    ExpectLetters(name);
    ratio = absl::FDivDuration(clean, poisoned);
    std::printf("clean %.2f s, poisoned %.2f s: %.2f of the throughput\n",
                absl::ToDoubleSeconds(clean), absl::ToDoubleSeconds(poisoned),
                ratio);
  }
  EXPECT_GE(ratio, 0.5);
}

}  // namespace
}  // namespace walnats::testing
