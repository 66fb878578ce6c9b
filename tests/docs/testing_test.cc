// The code of docs/testing.md.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "shop/events.h"
#include "walnats/connect.h"
#include "walnats/log.h"
#include "walnats/services.h"
#include "walnats/testing/harness.h"
#include "walnats/testing/matchers.h"
#include "walnats/testing/real_server.h"
#include "warehouse.h"

namespace shop {
namespace {

class Mailer {
 public:
  absl::Status Send(const std::string& to, const std::string& text) {
    if (to.empty()) return absl::InvalidArgumentError("nobody to write to");
    sent.push_back(to + ": " + text);
    return absl::OkStatus();
  }
  std::vector<std::string> sent;
};

walnats::Actor ThankYou(Mailer& mailer) {
  return walnats::Actor(
      "thank-you", kOrderPlaced,
      [&mailer](const v1::OrderPlaced& order) {
        return mailer.Send(order.customer(), "Thank you!");
      },
      {.retry = {.max_attempts = 3,
                 .delays = {absl::Seconds(1), absl::Minutes(1)},
                 .jitter = 0}});
}

// [using]
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Property;
using ::testing::SizeIs;
using walnats::testing::Dead;
using walnats::testing::Handled;
using walnats::testing::Harness;
using walnats::testing::IsOk;
using walnats::testing::MessageIs;
using walnats::testing::Retried;
using walnats::testing::StatusIs;
// [/using]

// [order]
v1::OrderPlaced OrderOf(const std::string& customer) {
  v1::OrderPlaced order;
  order.set_order_id(7);
  order.set_customer(customer);
  return order;
}
// [/order]

// [actor]
TEST(ThankYouTest, WritesToTheCustomer) {
  Mailer mailer;
  Harness harness;
  harness.Add({.name = "mailing", .actors = {ThankYou(mailer)}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("thank-you"), ElementsAre(Handled()));
  EXPECT_THAT(mailer.sent, ElementsAre("ann: Thank you!"));
}
// [/actor]

// [retry]
TEST(ThankYouTest, TriesAgainWhenTheMailServerIsBusy) {
  Mailer mailer;
  Harness harness;
  harness.Add({.name = "mailing", .actors = {ThankYou(mailer)}});
  harness.FailNext("thank-you", 2, absl::UnavailableError("busy"));
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.Advance(absl::Minutes(5));
  const auto busy = StatusIs(absl::StatusCode::kUnavailable);
  EXPECT_THAT(harness.Attempts("thank-you"),
              ElementsAre(Retried(busy, absl::Seconds(1)),
                          Retried(busy, absl::Minutes(1)), Handled()));
  EXPECT_THAT(mailer.sent, SizeIs(1));
}
// [/retry]

// [dead]
TEST(ThankYouTest, GivesUpWhatHasNoAddress) {
  Mailer mailer;
  Harness harness;
  harness.Add({.name = "mailing", .actors = {ThankYou(mailer)}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("")), IsOk());
  harness.RunUntilIdle();
  const auto dead = harness.DeadLetters("thank-you");
  ASSERT_THAT(dead,
              ElementsAre(Dead(StatusIs(absl::StatusCode::kInvalidArgument))));
  EXPECT_EQ(dead[0].Message(kOrderPlaced)->order_id(), 7u);
}
// [/dead]

// [slow]
// Asks the carrier until it has an answer.
walnats::Task<absl::Status> AskCarrier(const v1::OrderPlaced&,
                                       const walnats::Context& context) {
  while (context.attempt() == 1) {  // it answers at the second attempt
    co_await context.clock().Sleep(absl::Seconds(10));
  }
  co_return absl::OkStatus();
}

walnats::Actor AskCarrierActor() {
  return walnats::Actor(
      "ask-carrier", kOrderPlaced, AskCarrier,
      {.job_timeout = absl::Minutes(2),
       .retry = {.delays = {absl::Minutes(10)}, .jitter = 0}});
}
// [/slow]

// [time-out]
TEST(AskCarrierTest, AsksAgainAfterTwelveMinutes) {
  Harness harness;
  harness.Add({.name = "shipping", .actors = {AskCarrierActor()}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.Advance(absl::Minutes(11));
  const auto late = Retried(StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(harness.Attempts("ask-carrier"), ElementsAre(late));
  harness.Advance(absl::Minutes(1));
  EXPECT_THAT(harness.Attempts("ask-carrier"), ElementsAre(late, Handled()));
}
// [/time-out]

// [chain]
TEST(ShopTest, WritesWhenTheParcelHasLeft) {
  std::vector<std::string> codes;
  const walnats::Actor track("track", kParcelShipped,
                             [&](const v1::ParcelShipped& parcel) {
                               codes.push_back(parcel.tracking_code());
                             });
  Harness harness;
  harness.Add(Warehouse());  // emits kParcelShipped for each order
  harness.Add({.name = "tracking", .actors = {track}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.Advance(absl::Seconds(1));
  EXPECT_THAT(harness.Messages(kParcelShipped),
              ElementsAre(MessageIs(
                  Property(&v1::ParcelShipped::tracking_code, "TRACK-7"))));
  EXPECT_THAT(codes, ElementsAre("TRACK-7"));
}
// [/chain]

// [delay]
TEST(ThankYouTest, CanBeToldToWait) {
  Mailer mailer;
  Harness harness;
  harness.Add({.name = "mailing", .actors = {ThankYou(mailer)}});
  ASSERT_THAT(
      harness.Emit(kOrderPlaced, OrderOf("ann"), {.delay = absl::Hours(24)}),
      IsOk());
  harness.Advance(absl::Hours(24) - absl::Seconds(1));
  EXPECT_THAT(mailer.sent, IsEmpty());
  harness.Advance(absl::Seconds(1));
  EXPECT_THAT(mailer.sent, SizeIs(1));
}
// [/delay]

// [run]
walnats::Task<absl::StatusOr<uint64_t>> PlaceTwice(walnats::Client client) {
  const v1::OrderPlaced order = OrderOf("ann");
  auto receipt = co_await client.Emit(kOrderPlaced, order, {.id = "order-7"});
  if (!receipt.ok()) co_return receipt.status();
  receipt = co_await client.Emit(kOrderPlaced, order, {.id = "order-7"});
  if (!receipt.ok()) co_return receipt.status();
  co_return receipt->sequence;
}

TEST(PlaceTwiceTest, IsStoredOnce) {
  Harness harness;
  harness.Add({.name = "storefront", .emits = {kOrderPlaced}});
  EXPECT_THAT(harness.Run(PlaceTwice(harness.client())),
              walnats::testing::IsOkAndHolds(1));
  EXPECT_THAT(harness.Messages(kOrderPlaced),
              ElementsAre(walnats::testing::HasId("order-7")));
}
// [/run]

// [drop-acks]
TEST(ThankYouTest, MayWriteTwiceIfTheAckIsLost) {
  Mailer mailer;
  Harness harness;
  harness.Add({.name = "mailing", .actors = {ThankYou(mailer)}});
  harness.DropAcks(1);
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.Advance(absl::Minutes(1));  // ack_wait is 30 s
  EXPECT_THAT(harness.Attempts("thank-you"), ElementsAre(Handled(), Handled()));
  EXPECT_THAT(mailer.sent, SizeIs(2));
}
// [/drop-acks]

// [disconnect]
TEST(StorefrontTest, AnOrderWaitsForTheConnectionThenFails) {
  Harness harness;
  harness.Add({.name = "storefront", .emits = {kOrderPlaced}});
  ASSERT_THAT(harness.Start(), IsOk());
  harness.Disconnect();
  EXPECT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann"),
                           {.unsent_limit = absl::Seconds(10)}),
              StatusIs(absl::StatusCode::kUnavailable));
  harness.Reconnect();
  EXPECT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
}
// [/disconnect]

// [blocking]
TEST(ThankYouTest, MayBlockOnAPool) {
  boost::asio::thread_pool pool(1);
  const walnats::Actor archive(
      "archive", kOrderPlaced,
      walnats::Blocking(pool, [](const v1::OrderPlaced&) {}));
  Harness harness;
  harness.Add({.name = "archive", .actors = {archive}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(harness.Attempts("archive"), ElementsAre(Handled()));
}
// [/blocking]

// [options]
TEST(ThankYouTest, WorksWithTheOldestServer) {
  Mailer mailer;
  Harness harness({.server = walnats::testing::model::kOldest,
                   .seed = 42,
                   .services = {.max_jobs = 1}});
  harness.Add({.name = "mailing", .actors = {ThankYou(mailer)}});
  ASSERT_THAT(harness.Emit(kOrderPlaced, OrderOf("ann")), IsOk());
  harness.RunUntilIdle();
  EXPECT_THAT(mailer.sent, SizeIs(1));
}
// [/options]

// [real]
TEST(ThankYouTest, RunsOnARealServer) {
  const auto server = walnats::testing::RealServer::Start();
  ASSERT_THAT(server, IsOk());
  Mailer mailer;
  walnats::Services services;
  const walnats::Producer one_order(
      "one-order", {kOrderPlaced},
      [](walnats::Client client) -> walnats::Task<absl::Status> {
        const v1::OrderPlaced order = OrderOf("ann");
        co_return (co_await client.Emit(kOrderPlaced, order)).status();
      });
  const walnats::Actor last("last", kOrderPlaced,
                            [&](const v1::OrderPlaced&) { services.Stop(); });
  services.Add({.name = "mailing",
                .producers = {one_order},
                .actors = {ThankYou(mailer), last}});
  const auto nats = walnats::Connect({.urls = {(*server)->url()}});
  EXPECT_THAT(services.Run(*nats), IsOk());
}
// [/real]

}  // namespace
}  // namespace shop
