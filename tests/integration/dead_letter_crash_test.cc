// kill -9 between every two steps of dead-lettering: one letter, always.

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <tuple>

#include "tests/integration/end_to_end_fixture.h"

namespace walnats::testing {
namespace {

constexpr uint64_t kEvents = 20;  // of which one is poison

class DeadLetterCrashTest : public EndToEnd,
                            public ::testing::WithParamInterface<
                                std::tuple<const char*, const char*>> {
 protected:
  RealServerOptions ServerOptions() const override {
    return {.binary = std::get<0>(GetParam())};
  }
  std::string step() const { return std::get<1>(GetParam()); }
  bool Settled() { return AllAcked(kWorkStream, kWorker, kEvents); }
};

INSTANTIATE_TEST_SUITE_P(
    , DeadLetterCrashTest,
    ::testing::Combine(
        ::testing::Values(WALNATS_OLDEST_SERVER, WALNATS_NEWEST_SERVER),
        ::testing::Values("dead: before the letter", "dead: letter stored",
                          "dead: before term", "dead: term sent")));

TEST_P(DeadLetterCrashTest, LeavesOneLetterAndLosesNothing) {
  ASSERT_NO_FATAL_FAILURE(Emit(kEvents));
  WorkerOptions options{.handler = "poison", .ack_wait = absl::Seconds(1)};
  options.kill_at = step();
  const auto dying = StartWorker(options);
  ASSERT_EQ(dying->AwaitExit(), 128 + SIGKILL) << dying->errors();
  options.kill_at = "";
  const auto heir = StartWorker(options);
  ASSERT_TRUE(Eventually([&] { return Settled(); })) << heir->errors();
  heir->Signal(SIGTERM);
  EXPECT_EQ(heir->AwaitExit(), 0) << heir->errors();
  const std::vector<v1::DeadLetter> letters = DeadLetters();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters[0].error(), "poison");
  EXPECT_EQ(letters[0].actor(), kWorker);
  Number number;
  ASSERT_TRUE(number.ParseFromString(letters[0].body()));
  EXPECT_EQ(number.value() % 1000, 0u);
  EXPECT_EQ(log_.messages(), kEvents - 1);
}

}  // namespace
}  // namespace walnats::testing
