// What a bucket makes of answers that servers give seldom.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "tests/fakes/fake_transport.h"
#include "walnats/client/client_core.h"
#include "walnats/event/headers.h"
#include "walnats/kv.h"
#include "walnats/status.h"
#include "walnats/testing/fake_clock.h"
#include "walnats/testing/run_task.h"
#include "walnats/transport/server_error.h"

namespace walnats {
namespace {

using absl::StatusCode;
using testing::FakeTransport;
using transport::StoredMessage;

absl::Status WrongSequence() {
  return transport::ServerError(400, 10071, "wrong last sequence: 7");
}

// A stream with at most one message.
class KvServer final : public FakeTransport {
 public:
  Task<absl::StatusOr<transport::StreamInfo>> GetStream(
      const std::string& name) override {
    if (missing > 0) {
      --missing;
      co_return transport::ServerError(404, 10059, "stream not found");
    }
    transport::StreamInfo found;
    found.config.name = name;
    co_return found;
  }
  Task<absl::StatusOr<transport::StreamInfo>> CreateStream(
      const transport::StreamConfig&) override {
    ++creates;
    co_return create_answer;
  }
  Task<absl::StatusOr<StoredMessage>> GetMessage(
      const std::string&, const transport::GetOptions&) override {
    co_return message;
  }

  // Stores what is published, under `id`, and answers that it could not.
  void StoreAndRefuse(std::string id = "") {
    on_publish = [this, id](const testing::Published& write) {
      StoredMessage stored;
      stored.subject = write.subject;
      stored.sequence = 8;
      stored.headers = {{kMessageIdHeader, id.empty() ? write.message_id : id}};
      message = std::move(stored);
      return WrongSequence();
    };
  }

  int missing = 0;
  int creates = 0;
  absl::StatusOr<transport::StreamInfo> create_answer = transport::StreamInfo();
  absl::StatusOr<StoredMessage> message =
      transport::ServerError(404, 10037, "no message found");
};

class BucketTest : public ::testing::Test {
 protected:
  BucketTest() { core_->Open(server_); }
  ~BucketTest() override { core_->Close(); }

  template <class T>
  T Run(Task<T> task) {
    io_->restart();
    return testing::RunTask(*io_, std::move(task));
  }

  const std::shared_ptr<boost::asio::io_context> io_ =
      std::make_shared<boost::asio::io_context>(1);
  const std::shared_ptr<internal::ClientCore> core_ =
      std::make_shared<internal::ClientCore>(
          io_, std::make_shared<testing::FakeClock>(*io_));
  KvServer server_;
  const Bucket bucket_{Client(core_), "b"};
};

// Its answer was lost; sent again, it conflicts with itself.
TEST_F(BucketTest, AWriteThatConflictsWithItselfWasStored) {
  server_.StoreAndRefuse();
  const auto updated = Run(bucket_.Update("a", "1", 7));
  ASSERT_TRUE(updated.ok()) << updated.status().ToString();
  EXPECT_EQ(*updated, 8U);
  const auto created = Run(bucket_.Create("a", "1"));
  ASSERT_TRUE(created.ok()) << created.status().ToString();
  EXPECT_EQ(*created, 8U);
  EXPECT_TRUE(Run(bucket_.Delete("a", 7)).ok());
}

TEST_F(BucketTest, AWriteThatConflictsWithAnotherWasNot) {
  server_.StoreAndRefuse("of another");
  const auto updated = Run(bucket_.Update("a", "1", 7));
  EXPECT_EQ(updated.status().code(), StatusCode::kAborted);
  EXPECT_EQ(ServerCode(updated.status()), 10071);
  EXPECT_EQ(Run(bucket_.Create("a", "1")).status().code(),
            StatusCode::kAlreadyExists);
}

TEST_F(BucketTest, AConflictThatCannotBeLookedAtIsUnknown) {
  server_.on_publish = [](const testing::Published&) {
    return WrongSequence();
  };
  server_.message = absl::UnavailableError("connection down");
  const auto updated = Run(bucket_.Update("a", "1", 7));
  EXPECT_EQ(updated.status().code(), StatusCode::kUnknown);
}

TEST_F(BucketTest, EveryWriteHasAnIdAndNamesItsStream) {
  uint64_t sequence = 0;
  server_.on_publish = [&](const testing::Published&) {
    return transport::PubAck{.stream = "KV_b", .sequence = ++sequence};
  };
  ASSERT_TRUE(Run(bucket_.Put("a", "1")).ok());
  ASSERT_TRUE(Run(bucket_.Put("a", "1")).ok());
  EXPECT_EQ(server_.published[0].stream, "KV_b");
  EXPECT_NE(server_.published[0].message_id, "");
  EXPECT_NE(server_.published[0].message_id, server_.published[1].message_id);
}

TEST_F(BucketTest, ABucketThatAnotherMakesAtTheSameTimeIsTaken) {
  server_.missing = 1;
  server_.create_answer = transport::ServerError(
      400, 10058, "stream name already in use with a different configuration");
  EXPECT_EQ(Run(bucket_.Get("a")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(server_.creates, 1);
}

TEST_F(BucketTest, ABucketThatCannotBeMadeSaysWhy) {
  server_.missing = 10;
  server_.create_answer =
      transport::ServerError(500, 10047, "insufficient storage");
  const absl::Status status = Run(bucket_.Get("a")).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(ServerCode(status), 10047);
}

}  // namespace
}  // namespace walnats
