// What becomes of a message: handlers of every kind, and where they begin.

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/thread_pool.hpp>
#include <mutex>
#include <set>

#include "tests/integration/eventually.h"
#include "tests/integration/services_fixture.h"
#include "walnats/base/strings.h"
#include "walnats/middleware.h"

namespace walnats::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class ServicesActorTest : public ServicesServer {
 protected:
  void EmitTexts(const Running& running, int count) {
    for (int i = 1; i <= count; ++i) {
      const auto receipt = Emit(running, kParcelSent, Cat(i));
      ASSERT_TRUE(receipt.ok()) << receipt.status();
    }
  }
  // The ids of the threads that ran a handler.
  void AddThread() {
    std::lock_guard lock(mutex_);
    threads_.insert(std::this_thread::get_id());
  }
  std::set<std::thread::id> threads() {
    std::lock_guard lock(mutex_);
    return threads_;
  }
  // That of the connection: plain handlers run there.
  static void ExpectElsewhere(const std::set<std::thread::id>& threads,
                              std::thread::id connection) {
    EXPECT_THAT(threads, Not(Contains(connection)));
    EXPECT_THAT(threads, Not(Contains(std::this_thread::get_id())));
  }

 private:
  std::mutex mutex_;
  std::set<std::thread::id> threads_;  // guarded
};

TEST_F(ServicesActorTest, RunsNoMoreCoroutinesThanMaxJobsAtOnce) {
  int running = 0;
  int most = 0;
  auto count = [&](const std::string& text,
                   const Context& context) -> Task<absl::Status> {
    most = std::max(most, ++running);
    co_await context.clock().Sleep(absl::Milliseconds(20));
    --running;
    seen_.Add(text);
    co_return absl::OkStatus();
  };
  Actor mailer("mailer", kParcelSent, count, {.max_jobs = 4});
  Running& shop = Start({.name = "shop", .actors = {mailer}});
  ASSERT_NO_FATAL_FAILURE(EmitTexts(shop, 40));
  seen_.Await(40);
  Stop();
  EXPECT_EQ(most, 4);
  EXPECT_EQ(shop.actor().handled, 40);
}

TEST_F(ServicesActorTest, RunsBlockingHandlersInTheirPool) {
  boost::asio::thread_pool pool(2);
  std::thread::id connection;
  auto block = [&](const std::string& text) {
    AddThread();
    seen_.Add(text);
  };
  Actor mailer("mailer", kParcelSent, Blocking(pool, block));
  Actor plain("plain", kParcelSent, [&](const std::string&) {
    connection = std::this_thread::get_id();
  });
  Running& shop = Start({.name = "shop", .actors = {plain, mailer}});
  ASSERT_NO_FATAL_FAILURE(EmitTexts(shop, 20));
  seen_.Await(20);
  ASSERT_TRUE(
      Eventually([&] { return shop.health().actors.at(0).handled == 20; }));
  Stop();
  EXPECT_EQ(shop.health().actors.at(0).handled, 20);
  EXPECT_EQ(shop.health().actors.at(1).handled, 20);
  ExpectElsewhere(threads(), connection);
}

TEST_F(ServicesActorTest, RunsCoroutinesOnTheExecutorOfTheOptions) {
  boost::asio::thread_pool pool(2);
  std::thread::id connection;
  auto handle = [&](const std::string& text,
                    const Context& context) -> Task<void> {
    AddThread();
    co_await context.clock().Sleep(absl::Milliseconds(1));
    AddThread();
    const absl::StatusOr<Receipt> receipt =
        co_await context.Emit(kMailSent, text);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    AddThread();
    seen_.Add(text);
  };
  Actor mailer("mailer", kParcelSent, handle);
  Actor plain("plain", kMailSent, [&](const std::string&) {
    connection = std::this_thread::get_id();
  });
  ServicesOptions options = Options();
  options.executor = pool.get_executor();
  Running& shop = Start({.name = "shop", .actors = {plain, mailer}}, options);
  ASSERT_NO_FATAL_FAILURE(EmitTexts(shop, 20));
  seen_.Await(20);
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == 20; }));
  Stop();
  ExpectElsewhere(threads(), connection);
}

TEST_F(ServicesActorTest, RunsMiddlewareAroundPlainHandlers) {
  Actor plain("mailer", kParcelSent,
              [&](const std::string& text) { seen_.Add(text); });
  Middleware around = [&](const Context& context,
                          Next next) -> Task<absl::Status> {
    seen_.Add(Cat("before ", context.sequence()));
    absl::Status status = co_await next();
    seen_.Add(Cat("after ", context.actor()));
    co_return status;
  };
  Running& shop =
      Start({.name = "shop", .actors = {WithMiddleware(plain, {around})}});
  ASSERT_NO_FATAL_FAILURE(EmitTexts(shop, 1));
  EXPECT_THAT(seen_.Await(3), ElementsAre("before 1", "1", "after mailer"));
  EXPECT_TRUE(Eventually([&] { return shop.actor().handled == 1; }));
}

class Witness : public Observer {
 public:
  explicit Witness(Board& board) : board_(board) {}
  void OnStart(const Context& context) override {
    board_.Add(Cat("start ", context.attempt()));
  }
  void OnEnd(const Context& context, const JobEnd& end) override {
    const bool retry = end.verdict == JobVerdict::kRetry;
    board_.Add(Cat(retry ? "retry " : "end ", context.attempt()));
  }

 private:
  Board& board_;
};

TEST_F(ServicesActorTest, TellsItsObservers) {
  Actor mailer("mailer", kParcelSent,
               [](const std::string&, const Context& context) {
                 return context.attempt() == 1 ? absl::UnavailableError("busy")
                                               : absl::OkStatus();
               },
               {.retry = {.delays = {absl::Milliseconds(50)}}});
  ServicesOptions options = Options();
  options.observers = {std::make_shared<Witness>(seen_)};
  Running& shop = Start({.name = "shop", .actors = {mailer}}, options);
  ASSERT_NO_FATAL_FAILURE(EmitTexts(shop, 1));
  EXPECT_THAT(seen_.Await(4),
              ElementsAre("start 1", "retry 1", "start 2", "end 2"));
}

// Three events in a row, from one emit.
TEST_F(ServicesActorTest, CarriesTraceAndIdsAlongAChain) {
  Actor packer("packer", kParcelSent,
               [](const std::string& text,
                  const Context& context) -> Task<absl::Status> {
                 co_await context.Emit(kMailSent, text);
                 co_return (co_await context.Emit(kPinged, text)).status();
               });
  auto look = [&](const std::string& text, const Context& context) {
    seen_.Add(Cat(context.event(), " ", text, " ", context.trace(), " ",
                  context.header("Nats-Msg-Id").value_or("-")));
  };
  Actor mailer("mailer", kMailSent, look);
  Actor pinger("pinger", kPinged, look);
  Running& shop = Start({.name = "shop",
                         .emits = {kMailSent, kPinged},
                         .actors = {packer, mailer, pinger}});
  ASSERT_TRUE(Emit(shop, kParcelSent, "box", {.trace = "t-1"}).ok());
  EXPECT_THAT(
      seen_.Await(2),
      ::testing::UnorderedElementsAre(
          ::testing::MatchesRegex(
              "mail-sent box t-1 parcel-sent\\.[0-9]+\\.1\\.packer\\.1"),
          "pinged box t-1 -"));
}

TEST_F(ServicesActorTest, BeginsWhereItIsTold) {
  ASSERT_NO_FATAL_FAILURE(
      EmitTexts(Start({.name = "shop", .emits = {kParcelSent}}), 3));
  transport::GetOptions third;
  third.sequence = 3;
  const absl::Time stored = Await(raw().GetMessage("parcel-sent", third))->time;
  std::vector<Actor> actors;
  const std::pair<const char*, walnats::Start> starts[] = {
      {"all", walnats::Start::All()},
      {"new", walnats::Start::New()},
      {"at", walnats::Start::At(2)},
      {"since", walnats::Start::Since(stored)}};
  for (const auto& [name, start] : starts) {
    auto note = [&](const std::string& text, const Context& context) {
      seen_.Add(Cat(context.actor(), " ", text));
    };
    actors.push_back(Actor(name, kParcelSent, note, {.start = start}));
  }
  Running& shop = Start({.name = "shop", .actors = actors});
  ASSERT_TRUE(Emit(shop, kParcelSent, "4").ok());
  std::vector<std::string> lines = seen_.Await(4 + 1 + 3 + 2);
  std::sort(lines.begin(), lines.end());
  EXPECT_THAT(lines,
              ElementsAre("all 1", "all 2", "all 3", "all 4", "at 2", "at 3",
                          "at 4", "new 4", "since 3", "since 4"));
}

}  // namespace
}  // namespace walnats::testing
