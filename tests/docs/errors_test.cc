// The code of docs/errors.md.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "shop/events.h"
#include "tests/docs/live.h"
#include "walnats/retry.h"
#include "walnats/status.h"

namespace shop {
namespace {

// [server-code]
// Whether `status` says that another writer was faster.
bool WasOvertaken(const absl::Status& status) {
  return absl::IsAborted(status) && walnats::ServerCode(status) == 10071;
}
// [/server-code]

// [handler]
absl::Status Charge(const v1::OrderPlaced& order) {
  if (order.total_cents() < 0) {
    return absl::InvalidArgumentError("negative total");  // dead at once
  }
  if (order.customer().empty()) {
    return absl::UnavailableError("no such customer yet");  // tried again
  }
  return absl::OkStatus();  // acked
}
// [/handler]

TEST(ErrorsPageTest, TheServersCodeSaysWhoWasFaster) {
  walnats::Services services;
  const auto run = [](walnats::Client client) -> walnats::Task<absl::Status> {
    const v1::OrderPlaced order;
    const auto receipt = co_await client.Emit(kOrderPlaced, order,
                                              {.expected_last_sequence = 7});
    co_return receipt.status();
  };
  const absl::Status status = walnats::docs::RunLive(services, run);
  EXPECT_TRUE(WasOvertaken(status)) << status;
  EXPECT_FALSE(WasOvertaken(absl::AbortedError("not by the server")));
}

TEST(ErrorsPageTest, TheStatusDecidesDelivery) {
  using walnats::Verdict;
  v1::OrderPlaced order;
  std::vector<std::pair<absl::Status, Verdict>> cases;
  cases.emplace_back(Charge(order), Verdict::kRetry);
  order.set_customer("Ada");
  cases.emplace_back(Charge(order), Verdict::kAck);
  order.set_total_cents(-1);
  cases.emplace_back(Charge(order), Verdict::kDead);
  const walnats::RetryPolicy policy;
  for (const auto& [status, verdict] : cases) {
    EXPECT_EQ(walnats::Decide(status, 1, policy, 0.5).verdict, verdict)
        << status;
  }
}

}  // namespace
}  // namespace shop
