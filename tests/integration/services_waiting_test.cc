// What actors wait for besides messages: a person who has paused them, a
// dependency that is down, the message before of the same key.

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/time/clock.h"
#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/observer.h"

namespace walnats::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class ServicesWaitingTest : public ServicesServer {
 protected:
  static ServicesOptions Watchful() {
    ServicesOptions options;
    options.watch = absl::Seconds(1);
    return options;
  }
  static bool Stands(const Running& running, ConditionKind kind) {
    const Health health = running.health();
    return std::ranges::any_of(health.conditions, [kind](const Condition& one) {
      return one.kind == kind;
    });
  }
  // "1", "2", ... over all calls.
  void EmitNext(const Running& running, int count) {
    for (int i = 0; i < count; ++i) {
      const auto receipt = Emit(running, kParcelSent, Cat(++emitted_));
      ASSERT_TRUE(receipt.ok()) << receipt.status();
    }
  }

  size_t emitted_ = 0;
};

// ---- pause

// A service with an actor that is paused, and one that sees everything.
class ServicesPauseTest : public ServicesWaitingTest {
 protected:
  static Actor Writer(const std::string& name, Board& board,
                      ActorOptions options = {}) {
    return Actor(
        name, kParcelSent,
        [&board](const std::string& text) { board.Add(text); },
        std::move(options));
  }
  Service Shop(Board& mailed, ActorOptions options = {}) {
    return {.name = "shop",
            .actors = {Writer("mailer", mailed, std::move(options)),
                       Writer("clerk", seen_)}};
  }

  absl::Status Pause(Running& shop, absl::Time until = absl::InfiniteFuture()) {
    return Await(shop.services().Pause(kParcelSent, "mailer", until));
  }
  absl::Status Resume(Running& shop) {
    return Await(shop.services().Resume(kParcelSent, "mailer"));
  }
  static bool Paused(const Running& shop) {
    return shop.health().actors.at(0).paused &&
           Stands(shop, ConditionKind::kPaused);
  }

  // By the actor that is paused, in all processes.
  size_t Mailed() const {
    std::set<std::string> all;
    for (const Board* const board : {&mailed_, &elsewhere_}) {
      const std::vector<std::string> lines = board->lines();
      all.insert(lines.begin(), lines.end());
    }
    return all.size();
  }
  bool AllMailed() const {
    return Eventually([&] { return Mailed() == emitted_; });
  }
  // The other actor, which is not paused, has seen all of it since.
  void EmitInVain(const Running& shop, int count) {
    const size_t before = Mailed();
    ASSERT_NO_FATAL_FAILURE(EmitNext(shop, count));
    EXPECT_THAT(seen_.Await(emitted_), SizeIs(emitted_));
    EXPECT_EQ(Mailed(), before);
  }
  // Until this process takes part again.
  void EmitUntilMailed(const Running& shop, const Board& board) {
    const size_t before = board.lines().size();
    EXPECT_TRUE(Eventually([&] {
      EmitNext(shop, 1);
      return board.lines().size() > before;
    }));
  }

  Board mailed_;
  Board elsewhere_;  // mailed by another process
};

TEST_F(ServicesPauseTest, HoldsInAllProcessesUntilItIsResumed) {
  // What is in order may not be asked for twice.
  const ActorOptions ordered{.order = Order::kPerKey,
                             .key = [](const std::string& text) {
                               return std::string_view(text).substr(0, 1);
                             }};
  Running& shop = Start(Shop(mailed_, ordered), Watchful());
  Running other({Shop(elsewhere_, ordered)}, Watchful(), Url());
  ASSERT_EQ(other.Ready(), absl::OkStatus());
  EmitUntilMailed(shop, mailed_);
  EmitUntilMailed(shop, elsewhere_);
  EXPECT_TRUE(AllMailed());

  ASSERT_EQ(Pause(shop), absl::OkStatus());
  EXPECT_TRUE(Paused(shop));
  EXPECT_TRUE(Eventually([&] { return Paused(other); }));
  EXPECT_TRUE(shop.health().ready()) << "it is wanted";
  ASSERT_NO_FATAL_FAILURE(EmitInVain(shop, 100));

  const absl::Time resumed = absl::Now();
  ASSERT_EQ(Resume(other), absl::OkStatus());
  EXPECT_FALSE(Paused(other));
  // Some of it may have gone to where nobody knows yet.
  EXPECT_TRUE(AllMailed());
  EXPECT_TRUE(Eventually([&] { return !Paused(shop); }));
  EmitUntilMailed(shop, elsewhere_);
  EmitUntilMailed(shop, mailed_);
  EXPECT_TRUE(AllMailed());
  // Not only when pulls from before the pause expire, or an ack_wait is over.
  EXPECT_LT(absl::Now() - resumed, absl::Seconds(8));
}

TEST_F(ServicesPauseTest, SurvivesARestartAndEndsByItself) {
  Running& before = Start(Shop(mailed_), Watchful());
  EXPECT_EQ(Await(before.services().Pause(kParcelSent, "nobody")).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Await(before.services().Pause(kMailSent, "mailer")).code(),
            absl::StatusCode::kNotFound);
  ASSERT_EQ(Pause(before), absl::OkStatus());
  ASSERT_NO_FATAL_FAILURE(EmitInVain(before, 10));
  Stop();

  Running& shop = Start(Shop(mailed_), Watchful());
  EXPECT_TRUE(Paused(shop));
  ASSERT_NO_FATAL_FAILURE(EmitInVain(shop, 10));
  const absl::Time until = absl::Now() + absl::Milliseconds(300);
  ASSERT_EQ(Pause(shop, until), absl::OkStatus());
  EXPECT_TRUE(Paused(shop) || absl::Now() >= until);
  EXPECT_TRUE(AllMailed());
  EXPECT_GE(absl::Now(), until);
  EXPECT_LT(absl::Now() - until, absl::Seconds(8));
  EXPECT_FALSE(Paused(shop));
}

// ---- circuit breaker

// How often the breaker has opened and closed.
class BreakerWitness : public Observer {
 public:
  void OnCondition(const Condition& condition, bool begun) override {
    if (condition.kind != ConditionKind::kBreakerOpen) return;
    ++(begun ? opened_ : closed_);
  }
  int opened() const { return opened_; }
  int closed() const { return closed_; }

 private:
  std::atomic<int> opened_{0};
  std::atomic<int> closed_{0};
};

TEST_F(ServicesWaitingTest, ABreakerKeepsWhatFailsForADependencyThatIsDown) {
  constexpr int kEvents = 200;
  absl::Time up = absl::InfinitePast();  // on the connection's thread
  std::atomic<int> failed{0};
  auto charge = [&](const std::string& text) {
    if (up == absl::InfinitePast()) up = absl::Now() + absl::Seconds(2);
    if (absl::Now() < up) {
      ++failed;
      return absl::UnavailableError("the gateway is down");
    }
    seen_.Add(text);
    return absl::OkStatus();
  };
  Actor charger(
      "charger", kParcelSent, charge,
      {.retry = {.max_attempts = 3, .delays = {absl::Milliseconds(10)}},
       .breaker = {.failures = 0.5,
                   .window = 6,
                   .pause = absl::Milliseconds(200),
                   .pause_max = absl::Milliseconds(400)}});
  const auto witness = std::make_shared<BreakerWitness>();
  ServicesOptions options = Options();
  options.observers = {witness};
  Running& shop = Start({.name = "shop", .actors = {charger}}, options);
  ASSERT_NO_FATAL_FAILURE(EmitNext(shop, 20));
  EXPECT_TRUE(
      Eventually([&] { return Stands(shop, ConditionKind::kBreakerOpen); }));
  EXPECT_TRUE(shop.actor().paused);
  ASSERT_NO_FATAL_FAILURE(EmitNext(shop, kEvents - 20));
  EXPECT_THAT(seen_.Await(kEvents), SizeIs(kEvents));
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == kEvents; }));
  EXPECT_FALSE(Stands(shop, ConditionKind::kBreakerOpen));
  EXPECT_EQ(witness->opened(), 1);
  EXPECT_EQ(witness->closed(), 1);
  // What filled the window, and probes: at 0.2 s, then each 0.4 s.
  EXPECT_LE(failed, 6 + 6);
  EXPECT_EQ(shop.actor().dead, 0);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

// ---- order per key

// What runs of each key, and what was handled.
class Lanes {
 public:
  void Begin(const std::string& text) {
    EXPECT_TRUE(running_.insert(text.front()).second) << text;
    most_ = std::max(most_, running_.size());
  }
  void End(const std::string& text, uint64_t sequence, bool good) {
    running_.erase(text.front());
    if (good) handled_[text.front()].push_back(sequence);
  }
  size_t most() const { return most_; }
  const std::map<char, std::vector<uint64_t>>& handled() const {
    return handled_;
  }

 private:
  std::set<char> running_;
  size_t most_ = 0;
  std::map<char, std::vector<uint64_t>> handled_;
};

TEST_F(ServicesWaitingTest, HandlesEachKeyInOrderAndKeysAtOnce) {
  constexpr int kEvents = 300;
  Lanes lanes;  // on the connection's thread
  auto handle = [&](const std::string& text,
                    const Context& context) -> Task<absl::Status> {
    const bool good = context.attempt() > 1 || context.sequence() % 7 != 0;
    lanes.Begin(text);
    co_await context.clock().Sleep(absl::Milliseconds(2));
    lanes.End(text, context.sequence(), good);
    co_return good ? absl::OkStatus() : absl::AbortedError("try again");
  };
  Actor mailer("mailer", kParcelSent, handle,
               {.max_jobs = 10,
                .retry = {.delays = {absl::Milliseconds(20)}},
                .order = Order::kPerKey,
                .key = [](const std::string& text) {
                  return std::string_view(text).substr(0, 1);
                }});
  Running& shop = Start({.name = "shop", .actors = {mailer}});
  for (int i = 1; i <= kEvents; ++i) {
    ASSERT_TRUE(Emit(shop, kParcelSent, Cat(i % 10, " of ", i)).ok());
  }
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == kEvents; }));
  EXPECT_EQ(shop.actor().retried, kEvents / 7);
  Stop();
  EXPECT_THAT(lanes.handled(), SizeIs(10));
  for (const auto& [key, sequences] : lanes.handled()) {
    EXPECT_THAT(sequences, SizeIs(kEvents / 10)) << key;
    EXPECT_EQ(std::ranges::adjacent_find(sequences, std::greater_equal<>()),
              sequences.end())
        << key;
  }
  EXPECT_GT(lanes.most(), 1U);
}

}  // namespace
}  // namespace walnats::testing
