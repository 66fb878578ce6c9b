// The code of docs/services.md.

#include "walnats/services.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdio>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "shop/events.h"
#include "storefront.h"
#include "walnats/connect.h"
#include "walnats/log.h"
#include "warehouse.h"

namespace shop {
namespace {

// [connect]
walnats::ConnectOptions Production() {
  return {.urls = {"nats://a.example:4222", "nats://b.example:4222"},
          .user = "shop",
          .password = "secret",
          .name = "warehouse"};
}
// [/connect]

// [kept]
// A server of the process's own, whose streams outlive the process.
walnats::ConnectOptions Development(const std::string& directory) {
  return {.store_dir = directory};
}
// [/kept]

// [registration]
// For services that must not touch the server's configuration.
walnats::ServicesOptions Cautious() {
  return {.registration = {.create = false, .update = false}};
}
// [/registration]

// [health]
// For a probe, such as GET /ready.
std::pair<int, std::string> Ready(const walnats::Services& services) {
  const walnats::Health health = services.Health();
  return {health.ready() ? 200 : 503, health.Describe()};
}
// [/health]

// [log]
void LogLikeTheRest() {
  walnats::SetLogLevel(walnats::LogLevel::kInfo);
  walnats::SetLogSink([](const walnats::LogEntry& entry) {
    std::fprintf(stderr, "[nats] %.*s\n",
                 static_cast<int>(entry.message.size()), entry.message.data());
  });
}
// [/log]

// [future]
// Waits on the calling thread, which is none of the pool's.
absl::StatusOr<walnats::Receipt> PlaceNow(boost::asio::thread_pool& pool,
                                          walnats::Client client,
                                          const v1::OrderPlaced& order) {
  std::future<absl::StatusOr<walnats::Receipt>> receipt = boost::asio::co_spawn(
      pool, client.Emit(kOrderPlaced, order), boost::asio::use_future);
  return receipt.get();
}
// [/future]

// [own]
// Runs the warehouse inside a program that has a life of its own.
class Embedded {
 public:
  explicit Embedded(walnats::ConnectOptions connect)
      : nats_(walnats::Connect(std::move(connect))) {
    services_.Add(Warehouse());
    thread_ = std::thread([this] { status_ = services_.Run(*nats_); });
  }

  // Drains, then says how it went. Once, before the end of this object.
  absl::Status Stop() {
    services_.Stop();
    thread_.join();
    return status_;
  }

  walnats::Services& services() { return services_; }

 private:
  walnats::Services services_;
  std::unique_ptr<walnats::transport::Connector> nats_;
  absl::Status status_;
  std::thread thread_;
};
// [/own]

TEST(ServicesPageTest, AProgramRunsServicesAndEmits) {
  const std::filesystem::path directory =
      std::filesystem::path(::testing::TempDir()) / "walnats-docs-store";
  std::filesystem::remove_all(directory);
  boost::asio::thread_pool pool(1);
  Embedded embedded(Development(directory));
  const walnats::Client client = embedded.services().client();
  v1::OrderPlaced order;
  order.set_order_id(1);
  // Waits for the connection.
  const auto receipt = PlaceNow(pool, client, order);
  EXPECT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt.value_or(walnats::Receipt{}).stream, "shop-order-placed");
  const absl::Time limit = absl::Now() + absl::Seconds(10);
  while (Ready(embedded.services()).first != 200 && absl::Now() < limit) {
    std::this_thread::yield();
  }
  EXPECT_EQ(Ready(embedded.services()).first, 200)
      << Ready(embedded.services()).second;
  const absl::Status stopped = embedded.Stop();
  EXPECT_TRUE(stopped.ok()) << stopped;
  EXPECT_EQ(PlaceNow(pool, client, order).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Ready(embedded.services()).first, 503);
  std::filesystem::remove_all(directory);
}

TEST(ServicesPageTest, WithoutCreateWhatIsMissingEndsRun) {
  walnats::Services services(Cautious());
  services.Add(Storefront(1));
  const auto nats = walnats::Connect({});
  const absl::Status status = services.Run(*nats);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
}

TEST(ServicesPageTest, ASinkTakesTheLog) {
  LogLikeTheRest();
  EXPECT_EQ(walnats::log_level(), walnats::LogLevel::kInfo);
  walnats::SetLogSink({});
  walnats::SetLogLevel(walnats::LogLevel::kWarning);
  EXPECT_EQ(Production().urls.size(), 2u);
}

}  // namespace
}  // namespace shop
