// What actors wait for besides messages: their key, a dependency, a person.

#include <map>

#include "tests/testing/harness_fixture.h"
#include "walnats/client/client_core.h"
#include "walnats/dead_letters.h"
#include "walnats/services/pause.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr model::Version kServers[] = {model::kOldest, model::kNewest};

// As the program `walnats` does it, in another process.
Task<absl::Status> PauseMailer(Client client, absl::Time until) {
  const internal::ClientCore::Work work = [&](transport::Transport& transport) {
    return internal::PauseActor(transport, client, "shop-order", "mailer",
                                until);
  };
  co_return co_await client.core()->Run(work);
}

class HarnessWaitingTest : public HarnessFixture {
 protected:
  static ActorOptions PerKey() {
    ActorOptions options;
    options.order = Order::kPerKey;
    options.key = [](const Note& note) {
      return std::string_view(note.text).substr(0, 1);
    };
    options.retry = {.max_attempts = 4, .delays = {absl::Seconds(5)}};
    return options;
  }

  static void EmitAll(Harness& harness, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const Note note{text};
      ASSERT_THAT(harness.Emit(kOrder, note), IsOk());
    }
  }
};

TEST_F(HarnessWaitingTest, APauseByAnotherProcessIsSeen) {
  for (const model::Version server : kServers) {
    Harness harness({.server = server});
    int handled = 0;
    harness.Add(Shop({OrderActor([&](const Note&) { ++handled; })}));
    ASSERT_THAT(harness.Start(), IsOk());
    ASSERT_THAT(
        harness.Run(PauseMailer(harness.client(), absl::InfiniteFuture())),
        IsOk());
    harness.Advance(absl::Seconds(21));
    EXPECT_TRUE(harness.Health().actors[0].paused);
    EmitAll(harness, {"a"});
    harness.Advance(absl::Hours(1));
    EXPECT_EQ(handled, 0);
    ASSERT_THAT(
        harness.Run(PauseMailer(harness.client(), absl::InfinitePast())),
        IsOk());
    harness.Advance(absl::Seconds(21));
    EXPECT_EQ(handled, 1);
    EXPECT_FALSE(harness.Health().actors[0].paused);
  }
}

TEST_F(HarnessWaitingTest, APauseEndsByItself) {
  for (const model::Version server : kServers) {
    Harness harness({.server = server});
    int handled = 0;
    harness.Add(Shop({OrderActor([&](const Note&) { ++handled; })}));
    ASSERT_THAT(harness.Start(), IsOk());
    const absl::Time until = harness.clock().Now() + absl::Minutes(5);
    ASSERT_THAT(harness.Run(PauseMailer(harness.client(), until)), IsOk());
    harness.Advance(absl::Seconds(30));
    EmitAll(harness, {"a"});
    harness.Advance(absl::Minutes(4));
    EXPECT_EQ(handled, 0);
    harness.Advance(absl::Minutes(1));
    EXPECT_EQ(handled, 1);
  }
}

TEST_F(HarnessWaitingTest, NothingIsDeadForADependencyThatIsDown) {
  Harness harness;
  ActorOptions options;
  options.retry = {.max_attempts = 5, .delays = {absl::Seconds(10)}};
  options.breaker = {.failures = 0.5, .window = 8};
  bool up = false;
  int calls = 0;
  harness.Add(Shop({OrderActor(
      [&](const Note&, const Context& context) -> Task<absl::Status> {
        ++calls;
        co_await context.clock().Sleep(absl::Milliseconds(50));
        co_return up ? absl::OkStatus() : absl::UnavailableError("down");
      },
      options)}));
  ASSERT_THAT(harness.Start(), IsOk());
  EmitAll(harness, std::vector<std::string>(30, "a"));
  harness.Advance(absl::Hours(3));
  EXPECT_TRUE(harness.Health().actors[0].paused);
  // A probe a minute, and what failed before it opened.
  EXPECT_LT(calls, 3 * 60 + 30);
  up = true;
  harness.Advance(absl::Minutes(2));
  EXPECT_EQ(harness.Health().actors[0].handled, 30);
  EXPECT_FALSE(harness.Health().actors[0].paused);
  EXPECT_THAT(harness.DeadLetters(), IsEmpty());
}

TEST_F(HarnessWaitingTest, EachKeyIsHandledInTheOrderOfTheStream) {
  for (const model::Version server : kServers) {
    Harness harness({.server = server});
    std::map<char, std::string> handled;
    std::map<std::string, int> calls;
    harness.Add(Shop({OrderActor(
        [&](const Note& note, const Context& context) -> Task<absl::Status> {
          const int call = ++calls[note.text];
          co_await context.clock().Sleep(absl::Milliseconds(200));
          // One in three fails, up to twice.
          if (context.sequence() % 3 == 0 && call < 3) {
            co_return absl::UnavailableError("busy");
          }
          handled[note.text[0]] += note.text[1];
          co_return absl::OkStatus();
        },
        PerKey())}));
    ASSERT_THAT(harness.Start(), IsOk());
    EmitAll(harness, {"a1", "b1", "a2", "a3", "b2", "c1", "a4", "b3", "c2"});
    harness.Advance(absl::Seconds(2));
    // What was held for its retry is lost here, and comes again.
    harness.Disconnect();
    harness.Advance(absl::Seconds(40));
    harness.Reconnect();
    EmitAll(harness, {"a5", "b4", "c3"});
    harness.Advance(absl::Minutes(10));
    EXPECT_EQ(handled['a'], "12345");
    EXPECT_EQ(handled['b'], "1234");
    EXPECT_EQ(handled['c'], "123");
    EXPECT_THAT(harness.DeadLetters(), IsEmpty());
  }
}

TEST_F(HarnessWaitingTest, AParkedKeyWaitsForItsRedrive) {
  for (const model::Version server : kServers) {
    Harness harness({.server = server});
    ActorOptions options = PerKey();
    options.dead = Dead::kPark;
    std::vector<std::string> handled;
    bool mended = false;
    harness.Add(Shop({OrderActor(
        [&](const Note& note) {
          if (note.text == "a1" && !mended) {
            return absl::InvalidArgumentError("bad");
          }
          handled.push_back(note.text);
          return absl::OkStatus();
        },
        options)}));
    ASSERT_THAT(harness.Start(), IsOk());
    EmitAll(harness, {"a1", "a2", "b1", "a3"});
    harness.Advance(absl::Minutes(1));
    EXPECT_THAT(handled, ElementsAre("b1"));
    EXPECT_THAT(harness.DeadLetters(), SizeIs(3));

    mended = true;
    const DeadLetters letters(harness.client());
    const DeadLetterFilter all;
    const RedriveOptions anna{.by = "anna"};
    ASSERT_THAT(harness.Run(letters.Redrive(all, anna)), IsOk());
    harness.Advance(absl::Minutes(5));
    EXPECT_THAT(handled, ElementsAre("b1", "a1", "a2", "a3"));

    // The key is free again.
    EmitAll(harness, {"a4"});
    harness.Advance(absl::Seconds(1));
    EXPECT_EQ(handled.back(), "a4");
    EXPECT_THAT(harness.DeadLetters(), SizeIs(3));
  }
}

TEST_F(HarnessWaitingTest, ARedriveThatIsNotTheFirstOfItsKeyGoesBack) {
  Harness harness;
  ActorOptions options = PerKey();
  options.dead = Dead::kPark;
  std::vector<std::string> handled;
  harness.Add(Shop({OrderActor(
      [&](const Note& note) {
        handled.push_back(note.text);
        return note.text == "a1" ? absl::InvalidArgumentError("bad")
                                 : absl::OkStatus();
      },
      options)}));
  ASSERT_THAT(harness.Start(), IsOk());
  EmitAll(harness, {"a1", "a2"});
  harness.Advance(absl::Minutes(1));
  const DeadLetters letters(harness.client());
  const RedriveOptions anna{.by = "anna"};
  const DeadLetterFilter held{.error = "held back*"};
  ASSERT_THAT(harness.Run(letters.Redrive(held, anna)), IsOk());
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(handled, ElementsAre("a1"));
  ASSERT_THAT(harness.DeadLetters(), SizeIs(3));
  EXPECT_EQ(harness.DeadLetters()[2].generation, 1);
  EXPECT_EQ(harness.DeadLetters()[2].sequence, 2u);
  EXPECT_EQ(harness.DeadLetters()[2].status.message(),
            "held back behind message 1");
}

}  // namespace
}  // namespace walnats::testing
