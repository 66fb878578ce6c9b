#include "walnats/runtime/timer_queue.h"

#include <optional>

namespace walnats {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::FromUnixSeconds(1'000);

absl::Time At(int seconds) { return kStart + absl::Seconds(seconds); }

// A queue whose alarm only remembers what it was told.
class Queue : public TimerQueue {
 public:
  Queue() : TimerQueue(Executor()) {}
  absl::Time Now() const override { return kStart; }

  std::vector<absl::Time> earlier;
  int emptied = 0;

 protected:
  void OnEarlier(absl::Time when) override { earlier.push_back(when); }
  void OnEmpty() override { ++emptied; }
};

TEST(TimerQueueTest, FiresWhatIsDueInOrderOfTimeThenOfSet) {
  Queue queue;
  std::vector<int> fired;
  Timer late(queue, [&] { fired.push_back(3); });
  Timer second(queue, [&] { fired.push_back(2); });
  Timer first(queue, [&] { fired.push_back(1); });
  late.Set(At(3));
  first.Set(At(1));
  second.Set(At(1));
  queue.RunDue(At(0));
  EXPECT_THAT(fired, IsEmpty());
  queue.RunDue(At(2));
  EXPECT_THAT(fired, ElementsAre(1, 2));
  EXPECT_EQ(queue.next(), At(3));
  queue.RunDue(At(3));
  EXPECT_THAT(fired, ElementsAre(1, 2, 3));
  EXPECT_EQ(queue.next(), absl::InfiniteFuture());
}

TEST(TimerQueueTest, FiresOncePerSet) {
  Queue queue;
  int fired = 0;
  Timer timer(queue, [&] { ++fired; });
  timer.Set(At(1));
  timer.Set(At(2));
  EXPECT_TRUE(timer.armed());
  EXPECT_EQ(timer.when(), At(2));
  queue.RunDue(At(1));
  EXPECT_EQ(fired, 0);
  queue.RunDue(At(2));
  queue.RunDue(At(3));
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.armed());
  EXPECT_EQ(timer.when(), absl::InfiniteFuture());
}

TEST(TimerQueueTest, DoesNotFireWhatWasCancelledOrDestroyed) {
  Queue queue;
  int fired = 0;
  Timer cancelled(queue, [&] { ++fired; });
  cancelled.Set(At(1));
  {
    Timer destroyed(queue, [&] { ++fired; });
    destroyed.Set(At(1));
  }
  EXPECT_EQ(queue.emptied, 0);
  cancelled.Cancel();
  cancelled.Cancel();
  EXPECT_EQ(queue.emptied, 1);
  queue.RunDue(At(5));
  EXPECT_EQ(fired, 0);
}

TEST(TimerQueueTest, TimersSetWhileFiringFireInTheNextCall) {
  Queue queue;
  std::vector<int> fired;
  Timer before(queue, [&] { fired.push_back(1); });
  Timer same(queue, [&] { fired.push_back(2); });
  Timer again(queue, [&] { fired.push_back(3); });
  Timer setter(queue, [&] {
    before.Set(At(-1));
    same.Set(At(4));
    again.Set(At(2));  // was due in this call, now is in the next
    setter.Set(At(1));
    fired.push_back(0);
  });
  Timer last(queue, [&] { fired.push_back(4); });
  setter.Set(At(1));
  again.Set(At(1));
  last.Set(At(4));
  queue.RunDue(At(4));
  EXPECT_THAT(fired, ElementsAre(0, 4));
  setter.Cancel();
  queue.RunDue(At(4));
  EXPECT_THAT(fired, ElementsAre(0, 4, 1, 3, 2));
}

TEST(TimerQueueTest, ATimerMayDestroyItselfWhileFiring) {
  Queue queue;
  auto alive = std::make_shared<int>(0);
  std::optional<Timer> timer;
  timer.emplace(queue, [&timer, alive] {
    timer.reset();
    ++*alive;  // what the function captured is still there
  });
  timer->Set(At(1));
  queue.RunDue(At(1));
  EXPECT_EQ(*alive, 1);
  EXPECT_EQ(alive.use_count(), 1);
}

TEST(TimerQueueTest, ATimerMayCancelAndDestroyOthersThatAreDue) {
  Queue queue;
  std::vector<int> fired;
  std::optional<Timer> destroyed;
  Timer cancelled(queue, [&] { fired.push_back(2); });
  Timer first(queue, [&] {
    fired.push_back(1);
    cancelled.Cancel();
    destroyed.reset();
  });
  destroyed.emplace(queue, [&] { fired.push_back(3); });
  Timer last(queue, [&] { fired.push_back(4); });
  first.Set(At(1));
  cancelled.Set(At(1));
  destroyed->Set(At(1));
  last.Set(At(1));
  queue.RunDue(At(1));
  EXPECT_THAT(fired, ElementsAre(1, 4));
}

TEST(TimerQueueTest, TellsItsAlarmOfEarlierTimesOnly) {
  Queue queue;
  Timer one(queue, [] {});
  Timer two(queue, [] {});
  one.Set(At(5));
  two.Set(At(7));
  two.Set(At(5));
  two.Set(At(3));
  two.Set(At(4));
  one.Set(absl::InfiniteFuture());
  EXPECT_THAT(queue.earlier, ElementsAre(At(5), At(3)));
}

TEST(TimerQueueTest, NeverFiresAtInfinity) {
  Queue queue;
  int fired = 0;
  Timer timer(queue, [&] { ++fired; });
  timer.Set(absl::InfiniteFuture());
  EXPECT_EQ(queue.next(), absl::InfiniteFuture());
  EXPECT_THAT(queue.earlier, IsEmpty());
  queue.RunDue(At(1'000'000'000));
  EXPECT_EQ(fired, 0);
}

}  // namespace
}  // namespace walnats
