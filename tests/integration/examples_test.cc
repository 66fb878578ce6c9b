// The programs of examples/, as people run them.

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/integration/end_to_end_fixture.h"

namespace walnats::testing {
namespace {

std::string LastLine(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

TEST(HelloTest, GreetsAndEndsWithSigterm) {
  const ScratchDirectory directory;
  Child hello(directory.path(), {WALNATS_HELLO},
              {"TMPDIR=" + directory.path()});
  EXPECT_TRUE(Eventually([&] {
    return hello.output() == "Hello, JetStream!\n";
  })) << hello.output()
      << hello.errors();
  hello.Signal(SIGTERM);
  EXPECT_EQ(hello.AwaitExit(), 0) << hello.errors();
  EXPECT_EQ(hello.errors(), "");
}

TEST(ShopTest, DemoEndsByItselfWithEverythingHandled) {
  const ScratchDirectory directory;
  Child demo(directory.path(), {WALNATS_SHOP_DEMO},
             {"TMPDIR=" + directory.path()});
  EXPECT_EQ(demo.AwaitExit(absl::Seconds(80)), 0)
      << demo.output() << demo.errors();
  EXPECT_EQ(LastLine(demo.output()),
            "emitted=2000 handled=3997 retried=20 dead=3 lost=0");
}

class ShopProcessesTest : public EndToEnd {
 protected:
  bool Settled() {
    constexpr uint64_t kOrders = 1000;
    return AllAcked("shop-order-placed", "reserve-stock", kOrders) &&
           AllAcked("shop-order-placed", "ship-parcel", kOrders) &&
           AllAcked("shop-order-placed", "charge-card", kOrders) &&
           AllAcked("shop-parcel-shipped", "send-receipt", kOrders);
  }
};

TEST_F(ShopProcessesTest, HandleEverythingTogether) {
  std::vector<std::unique_ptr<Child>> shop;
  shop.push_back(StartProgram({WALNATS_SHOP_STOREFRONT}));
  shop.push_back(StartProgram({WALNATS_SHOP_WAREHOUSE}));
  shop.push_back(StartProgram({WALNATS_SHOP_WAREHOUSE}));
  shop.push_back(StartProgram({WALNATS_SHOP_BILLING}));
  EXPECT_TRUE(Eventually([&] { return Settled(); }));
  EXPECT_EQ(DeadLetters().size(), 3u);
  for (const auto& process : shop) {
    process->Signal(SIGTERM);
    EXPECT_EQ(process->AwaitExit(), 0) << process->errors();
  }
}

}  // namespace
}  // namespace walnats::testing
