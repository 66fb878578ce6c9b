#include "tests/services/lifecycle_fixture.h"

#include "walnats/log.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/validate.h"

namespace walnats::internal {
namespace {

Task<absl::Status> Work(const Context& context) {
  co_await context.clock().Sleep(absl::Seconds(5));
  co_return absl::OkStatus();
}

Task<absl::Status> SleepLong(Clock& clock) {
  co_await clock.Sleep(absl::Hours(1));
  co_return absl::OkStatus();
}

}  // namespace

LifecycleFixture::LifecycleFixture() : handle_(Work) {
  SetLogLevel(LogLevel::kOff);
  Service shop{.name = "shop", .version = "1.4.0"};
  shop.actors.push_back(Mailer({.max_jobs = 1}));
  auto feed = [this](Client) {
    ++producer_runs_;
    return SleepLong(clock_);
  };
  shop.producers.emplace_back("feed", std::vector<DeclaredEvent>{kOrder}, feed);
  services_.push_back(std::move(shop));
}

LifecycleFixture::~LifecycleFixture() {
  if (lifecycle_ && !result_) {
    lifecycle_->Stop();
    clock_.Advance(absl::Minutes(10));
  }
  SetLogLevel(LogLevel::kWarning);
}

Actor LifecycleFixture::Mailer(ActorOptions options) {
  return Actor(
      "mailer", kOrder,
      [this](const Note&, const Context& context) { return handle_(context); },
      std::move(options));
}

Lifecycle& LifecycleFixture::lifecycle() {
  if (lifecycle_) return *lifecycle_;
  const std::shared_ptr<void> nobody;
  client_ = std::make_shared<ClientCore>(
      std::shared_ptr<boost::asio::io_context>(nobody, &io_),
      std::shared_ptr<Clock>(nobody, &clock_));
  for (const EventInfo& event : EventsOf(services_)) {
    client_->Allow(event.name());
  }
  lifecycle_.emplace(options_, services_, client_, clock_, [this] {
    ++ready_;
    if (on_ready_) on_ready_();
  });
  return *lifecycle_;
}

void LifecycleFixture::Run() {
  Spawn(clock_.executor(), lifecycle().Run(connector_),
        [this](absl::Status status) { result_ = std::move(status); });
  clock_.Poll();
}

void LifecycleFixture::Deliver(std::initializer_list<uint64_t> sequences) {
  for (const uint64_t sequence : sequences) {
    server().flow("mailer").Deliver({.body = "x", .sequence = sequence});
  }
  server().flow("mailer").Idle();
  clock_.Poll();
}

}  // namespace walnats::internal
