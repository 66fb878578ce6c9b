#pragma once

// Services against a nats-server of the test's own, each on a thread of its
// own, and a JetStream beside them to look behind their backs:
//
//   TEST_F(ServicesActorTest, HandlesWhatIsEmitted) {
//     Running& shop = Start({.name = "shop", .actors = {mailer}});
//     EXPECT_TRUE(Emit(shop, kParcelSent, "one").ok());
//     EXPECT_THAT(seen_.Await(1), ElementsAre("one"));
//   }

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/fakes/text_event.h"
#include "tests/integration/eventually.h"
#include "walnats/connect.h"
#include "walnats/nats/jetstream.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/services.h"
#include "walnats/testing/real_server.h"
#include "walnats/testing/run_task.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {

// What handlers leave for the test. Any thread.
class Board {
 public:
  void Add(std::string line);
  std::vector<std::string> lines() const;
  // Once there are `count` lines, or it takes too long: all that are there.
  std::vector<std::string> Await(size_t count) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

// A Services on a thread, until it ends by itself or this does.
class Running {
 public:
  Running(std::vector<Service> services, const ServicesOptions& options,
          ConnectOptions connect);
  ~Running();

  // OK once everything runs, else what Run has returned.
  absl::Status Ready();
  // Drains; what Run has returned.
  absl::Status Stop();

  Services& services() { return services_; }
  Client client() const { return services_.client(); }
  Health health() const { return services_.Health(); }
  // Of its only actor.
  ActorHealth actor() const { return health().actors.at(0); }

 private:
  Services services_;
  const std::unique_ptr<transport::Connector> connector_;
  std::atomic<bool> ready_{false};
  std::atomic<bool> ended_{false};
  absl::Status result_;  // once ended_
  std::thread thread_;
};

class ServicesServer : public ::testing::Test {
 protected:
  void SetUp() override { StartServer({}); }
  void TearDown() override;

  // In place of the one before.
  void StartServer(RealServerOptions options);

  ConnectOptions Url() const { return {.urls = {server_->url()}}; }
  // What tests change.
  ServicesOptions Options() const { return {}; }

  // Lives until the next one.
  Running& Launch(std::vector<Service> services, const ServicesOptions& options,
                  const ConnectOptions& connect);
  // Ready, or the test has failed.
  Running& Start(Service service) {
    return Start(std::move(service), Options());
  }
  Running& Start(Service service, const ServicesOptions& options);
  // Ends the one that runs, which must end well.
  void Stop();

  // On the test's thread, within 50 seconds.
  template <class T>
  T Await(Task<T> task) {
    return RunTask(io_, std::move(task));
  }
  absl::StatusOr<Receipt> Emit(const Running& running, const TextEvent& event,
                               const std::string& text,
                               EmitOptions options = {}) {
    return Await(running.client().Emit(event, text, options));
  }

  // Connected at the first call.
  nats::JetStream& raw();
  // Publishes `body` as somebody else would; the server takes it.
  void PublishRaw(std::string_view subject, std::string_view body);
  transport::StreamConfig Stream(const std::string& name);
  transport::ConsumerInfo Consumer(const std::string& stream,
                                   const std::string& name);
  // All that are stored, the oldest first.
  std::vector<v1::DeadLetter> DeadLetters();

  boost::asio::io_context io_;
  RealClock clock_{io_};
  Board seen_;
  std::unique_ptr<RealServer> server_;

 private:
  std::unique_ptr<nats::JetStream> raw_;
  std::unique_ptr<Running> running_;
};

}  // namespace walnats::testing
