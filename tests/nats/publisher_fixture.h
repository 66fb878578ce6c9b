#pragma once

// A Publisher on a FakeWire and a FakeClock, which the tests of its window and
// of what gets lost share.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/nats/fake_wire.h"
#include "walnats/base/strings.h"
#include "walnats/nats/publisher.h"
#include "walnats/testing/fake_clock.h"

namespace walnats::nats {

// One publish: owns what it sends, and keeps how it ended.
struct Publication final : transport::Publication {
  void OnPublished(absl::StatusOr<transport::PubAck> ack) override {
    ASSERT_FALSE(result.has_value()) << "completed twice";
    result = std::move(ack);
    if (then) then();
  }
  absl::StatusCode code() const { return result->status().code(); }
  std::string error() const {
    return std::string(result->status().message());
  }

  std::string subject = "shop.order-placed";
  std::string body = "order";
  std::string id;
  std::optional<absl::StatusOr<transport::PubAck>> result;
  std::function<void()> then;
};

class PublisherFixture : public ::testing::Test, private WireSink {
 protected:
  PublisherFixture() {
    wire_.SetSink(this);
    wire_.info.max_payload = 1 << 20;
  }

  Publisher& Make(const PublisherOptions& options) {
    publisher_.emplace(wire_, clock_, options);
    publisher_->OnUp();
    return *publisher_;
  }

  // A new publish, with `id` as its message id.
  Publication& Publish(std::string id = "",
                       const transport::PublishOptions& options = {},
                       const transport::Expect& expect = {}) {
    Publication& publication = publications_.emplace_back();
    publication.id = std::move(id);
    publication.message = {.subject = publication.subject,
                           .body = publication.body};
    publication.expect = expect;
    publication.expect.message_id = publication.id;
    publication.options = options;
    publisher_->Publish(publication);
    return publication;
  }

  void Answer(const FakeWire::Sent& sent, uint64_t sequence,
              bool duplicate = false) {
    wire_.Deliver(sent.reply,
                  Cat("{\"stream\":\"shop-order-placed\", \"seq\":", sequence,
                      duplicate ? ",\"duplicate\": true}" : "}"));
  }
  void Refuse(const FakeWire::Sent& sent, int code, int server_code,
              std::string_view description) {
    wire_.Deliver(sent.reply,
                  Cat("{\"error\":{\"code\":", code,
                      ",\"err_code\":", server_code, ",\"description\":\"",
                      description, "\"},\"stream\":\"s\",\"seq\":0}"));
  }
  // Fires what is due now.
  void Turn() { clock_.Advance(absl::ZeroDuration()); }

  boost::asio::io_context io_;
  testing::FakeClock clock_{io_};
  FakeWire wire_;
  std::deque<Publication> publications_;
  std::optional<Publisher> publisher_;

 private:
  void OnMessage(transport::Message message) override {
    const std::string prefix = Cat(wire_.inbox(), "p");
    ASSERT_TRUE(message.subject().starts_with(prefix));
    publisher_->OnAnswer(message.subject().substr(prefix.size()), message);
  }
  void OnIdle() override {}
  void OnUp() override { publisher_->OnUp(); }
  void OnDown(std::string_view) override { publisher_->OnDown(); }
  void OnWritable() override { publisher_->OnWritable(); }
  void OnLameDuck() override { publisher_->OnLameDuck(); }
};

// The message ids of `sent`, in order.
inline std::vector<std::string> Ids(const std::vector<FakeWire::Sent>& sent) {
  std::vector<std::string> ids;
  for (const FakeWire::Sent& one : sent)
    ids.push_back(one.header("Nats-Msg-Id"));
  return ids;
}

}  // namespace walnats::nats
