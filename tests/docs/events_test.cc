// The code of docs/events.md.

#include "shop/events.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <string>
#include <vector>

#include "tests/docs/live.h"
#include "walnats/client.h"

namespace shop {
namespace {

// [codec]
struct Price {
  std::string article;
  int64_t cents = 0;
};

struct PriceAsCsv {
  static constexpr std::string_view kContentType = "text/csv";
  static std::string_view SchemaName() { return "price"; }

  // Appends to `bytes`.
  static absl::Status Encode(const Price& price, std::string& bytes) {
    bytes += price.article + "," + std::to_string(price.cents);
    return absl::OkStatus();
  }

  // Replaces `price`, which may hold an earlier message.
  static absl::Status Decode(std::string_view bytes, Price& price) {
    const size_t comma = std::min(bytes.find(','), bytes.size());
    price.article = bytes.substr(0, comma);
    const char* const end = bytes.data() + bytes.size();
    const char* const cents = std::min(bytes.data() + comma + 1, end);
    const auto [stop, error] = std::from_chars(cents, end, price.cents);
    if (error == std::errc() && stop == end) return absl::OkStatus();
    return absl::InvalidArgumentError("no article,cents");
  }
};

inline constexpr walnats::Event<Price, PriceAsCsv> kPriceSet("shop.price-set");
// [/codec]

// [limits]
inline constexpr walnats::Event<v1::ParcelShipped> kParcelReturned(
    "shop.parcel-returned",
    {.description = "A parcel came back to the warehouse.",
     .limits = {.age = absl::Hours(24 * 30),
                .bytes = int64_t{1} << 30,
                .duplicates = absl::Minutes(10),
                .discard = walnats::Discard::kNew,
                .replicas = 3}});
// [/limits]

// [runtime]
absl::StatusOr<walnats::Event<v1::OrderPlaced>> OrdersOf(
    const std::string& country) {
  return walnats::Event<v1::OrderPlaced>::Create(
      "shop.orders-" + country, {.description = "Orders of one country."});
}
// [/runtime]

// [emit]
walnats::Task<absl::Status> Place(walnats::Client client,
                                  v1::OrderPlaced order) {
  const std::string id = "order-" + std::to_string(order.order_id());
  const absl::StatusOr<walnats::Receipt> receipt =
      co_await client.Emit(kOrderPlaced, order, {.id = id});
  if (!receipt.ok()) co_return receipt.status();
  if (receipt->duplicate) {
    // Stored before, as message receipt->sequence of receipt->stream.
  }
  co_return absl::OkStatus();
}
// [/emit]

// [options]
walnats::Task<absl::Status> Remind(walnats::Client client,
                                   v1::OrderPlaced order) {
  const walnats::Header headers[] = {{"Campaign", "spring"}};
  const auto receipt = co_await client.Emit(
      kOrderPlaced, order,
      {.headers = headers, .trace = "trace-4711", .delay = absl::Hours(1)});
  co_return receipt.status();
}
// [/options]

// [sequence]
// Stores `order` only if nobody has placed one since the one at `last`.
walnats::Task<absl::Status> PlaceNext(walnats::Client client,
                                      v1::OrderPlaced order, uint64_t last) {
  const auto receipt = co_await client.Emit(kOrderPlaced, order,
                                            {.expected_last_sequence = last});
  co_return receipt.status();  // kAborted: somebody was faster
}
// [/sequence]

// [all]
walnats::Task<absl::Status> Import(walnats::Client client,
                                   const std::vector<v1::OrderPlaced>& orders) {
  const walnats::EmitResults results = co_await client.EmitAll(
      kOrderPlaced, orders, {.id = [](const v1::OrderPlaced& order) {
        return "order-" + std::to_string(order.order_id());
      }});
  for (const auto& [index, status] : results.failures()) {
    std::cerr << orders[index].order_id() << ": " << status << "\n";
  }
  co_return results.status();
}
// [/all]

// [atomic]
inline constexpr walnats::Event<v1::OrderPlaced> kOrderBooked(
    "shop.order-booked", {.atomic_batches = true});

walnats::Task<absl::Status> Book(walnats::Client client,
                                 const std::vector<v1::OrderPlaced>& orders) {
  const walnats::EmitResults results =
      co_await client.EmitAll(kOrderBooked, orders, {.atomic = true});
  co_return results.status();
}
// [/atomic]

TEST(EventsPageTest, ACodecReadsWhatItWrites) {
  std::string bytes;
  const Price sent = {"walnut", 129};
  ASSERT_TRUE(PriceAsCsv::Encode(sent, bytes).ok());
  EXPECT_EQ(bytes, "walnut,129");
  Price received;
  ASSERT_TRUE(PriceAsCsv::Decode(bytes, received).ok());
  EXPECT_EQ(received.article, "walnut");
  EXPECT_EQ(received.cents, 129);
  for (std::string_view bad : {"", "walnut", "walnut,", "walnut,1x"}) {
    EXPECT_FALSE(PriceAsCsv::Decode(bad, received).ok()) << bad;
  }
  EXPECT_EQ(kPriceSet.stream_name(), "shop-price-set");
}

TEST(EventsPageTest, AnEventOfRunTimeIsCheckedToo) {
  EXPECT_EQ(kParcelReturned.limits().replicas, 3);
  const auto swiss = OrdersOf("ch");
  ASSERT_TRUE(swiss.ok()) << swiss.status();
  EXPECT_EQ(swiss->name(), "shop.orders-ch");
  EXPECT_EQ(OrdersOf("CH").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(EventsPageTest, EmitsAreStored) {
  walnats::Services services;
  const auto run = [](walnats::Client client) -> walnats::Task<absl::Status> {
    v1::OrderPlaced order;
    order.set_order_id(1);
    std::vector<absl::Status> all;
    all.push_back(co_await Place(client, order));   // sequence 1
    all.push_back(co_await Place(client, order));   // a duplicate
    all.push_back(co_await Remind(client, order));  // sequence 2
    all.push_back(co_await PlaceNext(client, order, 2));
    for (const absl::Status& status : all) {
      if (!status.ok()) co_return status;
    }
    co_return co_await PlaceNext(client, order, 2);
  };
  const absl::Status last = walnats::docs::RunLive(services, run);
  EXPECT_EQ(last.code(), absl::StatusCode::kAborted) << last;
  const walnats::EventHealth health = services.Health().events.at(0);
  EXPECT_EQ(health.emitted, 3);
  EXPECT_EQ(health.duplicates, 1);
  EXPECT_EQ(health.failed, 1);
}

TEST(EventsPageTest, ManyAreStored) {
  walnats::Services services;
  const auto run = [](walnats::Client client) -> walnats::Task<absl::Status> {
    std::vector<v1::OrderPlaced> orders(100);
    for (int i = 0; i < 100; ++i) orders[i].set_order_id(i / 2);
    co_return co_await Import(client, orders);
  };
  EXPECT_EQ(walnats::docs::RunLive(services, run), absl::OkStatus());
  const walnats::EventHealth health = services.Health().events.at(0);
  EXPECT_EQ(health.emitted, 50);
  EXPECT_EQ(health.duplicates, 50);
}

TEST(EventsPageTest, BatchesWantTheirEvent) {
  walnats::Services services;
  const auto run = [](walnats::Client client) -> walnats::Task<absl::Status> {
    const std::vector<v1::OrderPlaced> orders(1);
    co_return co_await Book(client, orders);
  };
  EXPECT_EQ(walnats::docs::RunLive(services, run).code(),
            absl::StatusCode::kFailedPrecondition);  // not registered
}

}  // namespace
}  // namespace shop
