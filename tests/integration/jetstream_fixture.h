#pragma once

// A JetStream over a real connection to a server of its own, both run by the
// test's thread.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "walnats/nats/connection.h"
#include "walnats/nats/jetstream.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/testing/real_server.h"
#include "walnats/testing/run_task.h"

namespace walnats::nats {

// Keeps what it gets, and wants more only when told.
struct Deliveries final : transport::DeliverySink {
  void OnDelivery(transport::Delivery delivery) override {
    all.push_back(std::move(delivery));
  }
  void OnIdle() override {}
  void OnFlowEvent(transport::FlowEvent event, std::string_view) override {
    events.push_back(event);
  }
  transport::Delivery TakeFirst() {
    transport::Delivery first = std::move(all.front());
    all.pop_front();
    return first;
  }

  std::deque<transport::Delivery> all;
  std::vector<transport::FlowEvent> events;
};

struct Published final : transport::Publication {
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    result = std::move(ack);
  }
  std::optional<absl::StatusOr<transport::PubAck>> result;
};

class RealJetStream : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = testing::RealServer::Start();
    ASSERT_TRUE(server.ok()) << server.status().message();
    server_ = *std::move(server);
    ASSERT_NO_FATAL_FAILURE(Start({}));
  }

  void TearDown() override {
    if (jetstream_ != nullptr) testing::RunTask(io_, jetstream_->Close());
  }

  // Ends the one before.
  void Start(const JetStreamOptions& options) {
    TearDown();
    jetstream_.reset();
    ConnectionOptions connection_options;
    connection_options.urls = {server_->url()};
    auto connection = Run(Connection::Connect(connection_options, clock_));
    ASSERT_TRUE(connection.ok()) << connection.status().message();
    auto started =
        Run(JetStream::Start(*std::move(connection), clock_, options));
    ASSERT_TRUE(started.ok()) << started.status().message();
    jetstream_ = *std::move(started);
  }

  template <class T>
  T Run(Task<T> task) {
    if (io_.stopped()) io_.restart();
    return testing::RunTask(io_, std::move(task));
  }

  // Runs the io_context until `condition`; false after ten seconds.
  bool RunUntil(const std::function<bool()>& condition) {
    const absl::Time end = clock_.Now() + absl::Seconds(10);
    while (!condition() && clock_.Now() < end) {
      if (io_.stopped()) io_.restart();
      io_.run_one_for(std::chrono::milliseconds(20));
    }
    return condition();
  }

  static transport::StreamConfig StreamOf(const std::string& name) {
    transport::StreamConfig config;
    config.name = name;
    config.subjects = {name};
    return config;
  }
  static transport::ConsumerConfig ConsumerOf(const std::string& name,
                                              const std::string& subject) {
    transport::ConsumerConfig config;
    config.name = name;
    config.filter_subjects = {subject};
    config.ack_wait = absl::Milliseconds(500);
    return config;
  }

  absl::StatusOr<transport::PubAck> Publish(const std::string& subject,
                                            const std::string& body,
                                            transport::Expect expect = {}) {
    Published published;
    published.message = {.subject = subject, .body = body};
    published.expect = expect;
    jetstream_->Publish(published);
    if (!RunUntil([&] { return published.result.has_value(); })) std::abort();
    return *published.result;
  }

  absl::Time Soon() const { return clock_.Now() + absl::Seconds(10); }

  boost::asio::io_context io_;
  RealClock clock_{io_};
  std::unique_ptr<testing::RealServer> server_;
  std::unique_ptr<JetStream> jetstream_;
};

}  // namespace walnats::nats
