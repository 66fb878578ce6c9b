// The whole shop of examples/shop in an hour of virtual time: orders, retries,
// dead messages, without a server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "billing.h"
#include "scoreboard.h"
#include "shop/events.h"
#include "storefront.h"
#include "walnats/log.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"
#include "warehouse.h"

namespace shop {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Property;
using ::testing::SizeIs;
using walnats::JobVerdict;
using walnats::testing::Attempt;
using walnats::testing::Dead;
using walnats::testing::DeadLetter;
using walnats::testing::Handled;
using walnats::testing::Harness;
using walnats::testing::HasId;
using walnats::testing::HasSequence;
using walnats::testing::IsOk;
using walnats::testing::MessageIs;
using walnats::testing::Retried;
using walnats::testing::StatusIs;

using Counts = std::map<JobVerdict, int>;

class ShopTest : public ::testing::Test {
 protected:
  ShopTest() { walnats::SetLogLevel(walnats::LogLevel::kOff); }
  ~ShopTest() override { walnats::SetLogLevel(walnats::LogLevel::kWarning); }

  // Opens the shop, whose storefront places so many orders.
  void Open(uint64_t orders) {
    harness_.Add(Storefront(orders));
    harness_.Add(Warehouse());
    harness_.Add(Billing());
    ASSERT_THAT(harness_.Start(), IsOk());
  }

  // How the attempts of an actor ended.
  Counts Verdicts(std::string_view actor) {
    Counts verdicts;
    for (const Attempt& attempt : harness_.Attempts(actor)) {
      ++verdicts[attempt.verdict];
    }
    return verdicts;
  }

  Harness harness_;
};

const auto kCannotBeCharged =
    Dead(StatusIs(absl::StatusCode::kInvalidArgument));

TEST_F(ShopTest, HandlesRetriesAndBuries) {
  Open(kBusyEvery);
  v1::OrderPlaced poison;
  poison.set_order_id(kBusyEvery + 1);
  poison.set_total_cents(-1);
  harness_.RunUntilIdle();
  ASSERT_THAT(harness_.Emit(kOrderPlaced, poison), IsOk());
  harness_.Advance(absl::Hours(1));
  EXPECT_TRUE(Scoreboard(4 * (kBusyEvery + 1)).Done(harness_.Health()));
  EXPECT_TRUE(harness_.Health().ready()) << harness_.Describe();

  // A busy stock system is asked again soon.
  const std::vector<Attempt> attempts =
      harness_.Attempts("reserve-stock", kBusyEvery);
  ASSERT_THAT(attempts,
              ElementsAre(Retried(StatusIs(absl::StatusCode::kUnavailable)),
                          Handled()));
  EXPECT_EQ(attempts[1].time, attempts[0].time + attempts[0].delay);
  EXPECT_LE(attempts[0].delay, absl::Milliseconds(240));

  // What cannot be charged is dead at its first attempt.
  const std::vector<DeadLetter> dead = harness_.DeadLetters();
  ASSERT_THAT(dead, ElementsAre(kCannotBeCharged));
  EXPECT_EQ(dead[0].actor, "charge-card");
  EXPECT_EQ(dead[0].attempts, 1);
  EXPECT_EQ(dead[0].Message(kOrderPlaced)->order_id(), poison.order_id());

  // Every order became one parcel, and every parcel a receipt.
  const auto parcels = harness_.Messages(kParcelShipped);
  ASSERT_THAT(parcels, SizeIs(kBusyEvery + 1));
  EXPECT_THAT(
      parcels[0],
      AllOf(HasId(EndsWith(".1.ship-parcel.1")),
            MessageIs(Property(&v1::ParcelShipped::tracking_code, "TRACK-1"))));
  EXPECT_EQ(Verdicts("send-receipt"),
            (Counts{{JobVerdict::kHandled, kBusyEvery + 1}}));
}

TEST_F(ShopTest, DoesWhatTheDemoShows) {
  Open(1000);
  harness_.Advance(absl::Hours(1));
  EXPECT_TRUE(Scoreboard(4000).PrintResult(harness_.Health()));
  EXPECT_EQ(Verdicts("reserve-stock"),
            (Counts{{JobVerdict::kHandled, 1000}, {JobVerdict::kRetry, 20}}));
  EXPECT_EQ(Verdicts("ship-parcel"), (Counts{{JobVerdict::kHandled, 1000}}));
  EXPECT_EQ(Verdicts("charge-card"),
            (Counts{{JobVerdict::kHandled, 997}, {JobVerdict::kDead, 3}}));
  EXPECT_EQ(Verdicts("send-receipt"), (Counts{{JobVerdict::kHandled, 1000}}));
  EXPECT_THAT(harness_.DeadLetters(),
              ElementsAre(AllOf(HasSequence(333), kCannotBeCharged),
                          AllOf(HasSequence(666), kCannotBeCharged),
                          AllOf(HasSequence(999), kCannotBeCharged)));
}

}  // namespace
}  // namespace shop
