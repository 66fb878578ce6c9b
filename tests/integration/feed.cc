#include "tests/integration/feed.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/integration/work.h"
#include "walnats/connect.h"

namespace walnats::testing {
namespace {

constexpr uint64_t kProducers = 20;

}  // namespace

void RunningServices::Begin(const std::string& url) {
  connector_ = Connect({.urls = {url}});
  thread_ = std::thread([this] { result_ = services.Run(*connector_); });
}

absl::Status RunningServices::End() {
  services.Stop();
  if (thread_.joinable()) thread_.join();
  return result_;
}

Feed::Feed(uint64_t count) : count_(count) {
  Service service{.name = "feed"};
  for (uint64_t first = 0; first < kProducers; ++first) {
    service.producers.emplace_back(
        absl::StrCat("feed-", first), std::vector<DeclaredEvent>{kWork},
        [this, first](Client client) { return Run(std::move(client), first); },
        ProducerOptions{.restart = Restart::kNever});
  }
  running_.services.Add(std::move(service));
}

Task<absl::Status> Feed::Run(Client client, uint64_t first) {
  for (uint64_t value = first; value < count_; value += kProducers) {
    Number number;
    number.set_value(value);
    const absl::StatusOr<Receipt> receipt = co_await client.Emit(kWork, number);
    Record(receipt.status());
  }
  co_return absl::OkStatus();
}

void Feed::Record(const absl::Status& status) {
  if (!status.ok()) {
    std::lock_guard lock(mutex_);
    first_error_.Update(status);
    ++failed_;
  }
  ++ended_;
}

absl::Status Feed::first_error() const {
  std::lock_guard lock(mutex_);
  return first_error_;
}

}  // namespace walnats::testing
