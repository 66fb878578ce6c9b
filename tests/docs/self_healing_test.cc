// The code of docs/self-healing.md.

#include <gtest/gtest.h>

#include "walnats/observer.h"

namespace walnats::docs {
namespace {

// [alarm]
class Alarm : public walnats::Observer {
 public:
  void OnCondition(const walnats::Condition& condition, bool begun) override {
    if (begun && condition.kind == walnats::ConditionKind::kDataLost) ++losses_;
  }
  int losses() const { return losses_; }

 private:
  int losses_ = 0;
};
// [/alarm]

TEST(SelfHealingPageTest, AnAlarmSeesWhatBegins) {
  Alarm alarm;
  const Condition lost{.kind = ConditionKind::kDataLost,
                       .object = "stream \"shop-order-placed\"",
                       .detail = "ends at sequence 8",
                       .since = absl::UnixEpoch()};
  alarm.OnCondition(lost, true);
  alarm.OnCondition(lost, false);
  EXPECT_EQ(alarm.losses(), 1);
}

}  // namespace
}  // namespace walnats::docs
