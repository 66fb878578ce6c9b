// The code of docs/actors.md.

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "shop/events.h"
#include "walnats/connect.h"
#include "walnats/middleware.h"
#include "walnats/observer.h"
#include "walnats/services.h"

namespace shop {
namespace {

class Mailer {
 public:
  absl::Status Send(std::string_view to, std::string_view) {
    return to.empty() ? absl::InvalidArgumentError("nobody to write to")
                      : absl::OkStatus();
  }
};

absl::Status Append(std::string_view) { return absl::OkStatus(); }

// [plain]
walnats::Actor ThankYou(Mailer& mailer) {
  return walnats::Actor(
      "thank-you", kOrderPlaced,
      [&mailer](const v1::OrderPlaced& order) {
        return mailer.Send(order.customer(), "Thank you!");  // absl::Status
      },
      {.description = "Thanks the customer.",
       .ack_wait = absl::Seconds(20),
       .retry = {.max_attempts = 5,
                 .delays = {absl::Seconds(1), absl::Seconds(30)}}});
}
// [/plain]

// [coroutine]
walnats::Task<absl::Status> Ship(const v1::OrderPlaced& order,
                                 const walnats::Context& context) {
  co_await context.clock().Sleep(absl::Milliseconds(1));  // the carrier
  v1::ParcelShipped parcel;
  parcel.set_order_id(order.order_id());
  co_return (co_await context.Emit(kParcelShipped, parcel)).status();
}

walnats::Actor ShipParcel() {
  return walnats::Actor("ship-parcel", kOrderPlaced, Ship, {.max_jobs = 100});
}
// [/coroutine]

// [blocking]
walnats::Actor ArchiveOrder(boost::asio::thread_pool& pool) {
  return walnats::Actor(
      "archive-order", kOrderPlaced,
      walnats::Blocking(pool,
                        [](const v1::OrderPlaced& order) {
                          return Append(order.ShortDebugString());  // waits
                        }),
      {.max_jobs = 4, .start = walnats::Start::New()});
}
// [/blocking]

// [middleware]
walnats::Task<absl::Status> LateOrdersAreDead(const walnats::Context& context,
                                              walnats::Next next) {
  if (context.clock().Now() - context.time() > absl::Hours(24)) {
    co_return absl::OutOfRangeError("older than a day");
  }
  co_return co_await next();
}

walnats::Actor ShipInTime() {
  return walnats::WithMiddleware(ShipParcel(), {LateOrdersAreDead});
}
// [/middleware]

// [observer]
class Counter : public walnats::Observer {
 public:
  void OnEnd(const walnats::Context&, const walnats::JobEnd& end) override {
    if (end.verdict == walnats::JobVerdict::kHandled) ++handled_;
    if (end.verdict == walnats::JobVerdict::kDead) ++dead_;
  }
  int handled() const { return handled_; }
  int dead() const { return dead_; }

 private:
  std::atomic<int> handled_ = 0;
  std::atomic<int> dead_ = 0;
};
// [/observer]

// Ends the services with the third job.
class StopAtThird : public walnats::Observer {
 public:
  explicit StopAtThird(std::function<void()> stop) : stop_(std::move(stop)) {}
  void OnEnd(const walnats::Context&, const walnats::JobEnd&) override {
    if (++ended_ == 3) stop_();
  }

 private:
  const std::function<void()> stop_;
  int ended_ = 0;
};

walnats::Task<absl::Status> PlaceWithoutCustomer(walnats::Client client) {
  const v1::OrderPlaced order;
  co_return (co_await client.Emit(kOrderPlaced, order)).status();
}

TEST(ActorsPageTest, ActorsHandleOrDie) {
  Mailer mailer;
  boost::asio::thread_pool pool(1);
  const auto counter = std::make_shared<Counter>();
  walnats::Services services;
  services.options().observers = {
      counter, std::make_shared<StopAtThird>([&] { services.Stop(); })};
  services.Add(
      {.name = "shop",
       .emits = {kParcelShipped},
       .producers = {{"one-order", {kOrderPlaced}, PlaceWithoutCustomer}},
       .actors = {ThankYou(mailer), ShipInTime(), ArchiveOrder(pool)}});
  const auto nats = walnats::Connect({});
  const absl::Status status = services.Run(*nats);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(counter->handled(), 2);
  EXPECT_EQ(counter->dead(), 1);
}

}  // namespace
}  // namespace shop
