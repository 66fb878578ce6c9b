#include "walnats/runtime/limiter.h"

#include <functional>

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Writes its number down when it gets a place; then does `job`.
class Asker : public Limiter::Waiter {
 public:
  Asker(Limiter& limiter, int number, std::vector<int>& got)
      : limiter_(limiter), number_(number), got_(got) {}
  ~Asker() override { limiter_.Forget(*this); }

  void Ask() {
    if (!limiter_.TryAcquire(*this)) return;
    got_.push_back(number_);
    if (job) job();
  }
  void OnPlace() override {
    if (wants) Ask();
  }

  std::function<void()> job;
  bool wants = true;

 private:
  Limiter& limiter_;
  int number_;
  std::vector<int>& got_;
};

TEST(LimiterTest, GivesPlacesInTheOrderOfAsking) {
  Limiter limiter(1);
  std::vector<int> got;
  Asker a(limiter, 1, got), b(limiter, 2, got), c(limiter, 3, got);
  a.Ask();
  b.Ask();
  c.Ask();
  b.Ask();  // does not queue twice
  EXPECT_THAT(got, ElementsAre(1));
  limiter.Release();
  limiter.Release();
  EXPECT_THAT(got, ElementsAre(1, 2, 3));
  EXPECT_EQ(limiter.free(), 0);
  limiter.Release();
  EXPECT_EQ(limiter.free(), 1);
}

TEST(LimiterTest, TellsTheNextIfTheFirstDoesNotTakeThePlace) {
  Limiter limiter(1);
  std::vector<int> got;
  Asker a(limiter, 1, got), b(limiter, 2, got), c(limiter, 3, got);
  a.Ask();
  b.Ask();
  c.Ask();
  b.wants = false;
  limiter.Release();
  EXPECT_THAT(got, ElementsAre(1, 3));
}

TEST(LimiterTest, ForgetsTheDead) {
  Limiter limiter(1);
  std::vector<int> got;
  Asker a(limiter, 1, got), c(limiter, 3, got);
  a.Ask();
  {
    Asker b(limiter, 2, got);
    b.Ask();
    c.Ask();
  }
  limiter.Release();
  EXPECT_THAT(got, ElementsAre(1, 3));
}

TEST(LimiterTest, NobodyTakesTwoPlacesWhileOthersWait) {
  Limiter limiter(1);
  std::vector<int> got;
  Asker a(limiter, 1, got), b(limiter, 2, got), c(limiter, 3, got);
  a.Ask();
  b.Ask();
  c.Ask();
  b.job = [&] {
    b.job = nullptr;
    limiter.Release();  // a short job, done at once
    b.Ask();            // queues behind c
  };
  limiter.Release();
  EXPECT_THAT(got, ElementsAre(1, 2, 3));
  limiter.Release();
  EXPECT_THAT(got, ElementsAre(1, 2, 3, 2));
}

TEST(LimiterTest, AChainOfShortJobsDoesNotRecurse) {
  Limiter limiter(1);
  std::vector<int> got;
  std::vector<std::unique_ptr<Asker>> askers;
  int depth = 0;
  int deepest = 0;
  limiter.TryAcquire(*std::make_unique<Asker>(limiter, -1, got));
  for (int i = 0; i < 1'000; ++i) {
    askers.push_back(std::make_unique<Asker>(limiter, i, got));
    askers.back()->job = [&] {
      deepest = std::max(deepest, ++depth);
      limiter.Release();
      --depth;
    };
    askers.back()->Ask();
  }
  EXPECT_THAT(got, IsEmpty());
  limiter.Release();
  EXPECT_EQ(got.size(), 1'000u);
  EXPECT_EQ(deepest, 1);
  EXPECT_EQ(limiter.free(), 1);
}

}  // namespace
}  // namespace walnats
