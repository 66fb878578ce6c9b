#pragma once

// Buckets over the side at hand.

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/contract/contract_fixture.h"
#include "walnats/client/client_core.h"
#include "walnats/kv.h"

namespace walnats::contract {

class KvContract : public Contract {
 protected:
  void SetUp() override {
    Contract::SetUp();
    if (HasFatalFailure()) return;
    // Neither belongs to the client: the side runs one, and has the other.
    auto& io = static_cast<boost::asio::io_context&>(boost::asio::query(
        clock().executor(), boost::asio::execution::context));
    core_ = std::make_shared<internal::ClientCore>(
        std::shared_ptr<boost::asio::io_context>(std::shared_ptr<void>(), &io),
        std::shared_ptr<Clock>(std::shared_ptr<void>(), &clock()));
    core_->Open(transport());
  }
  void TearDown() override {
    if (core_ != nullptr) core_->Close();
    Contract::TearDown();
  }

  Client client() { return Client(core_); }
  Bucket Open(BucketOptions options = {}) {
    return Bucket(client(), "b", std::move(options));
  }
  void CloseClient() { core_->Close(); }

  // ---- verbs that must succeed
  uint64_t Put(const Bucket& bucket, std::string_view key,
               std::string_view value) {
    auto revision = Run(bucket.Put(key, value));
    EXPECT_THAT(revision, IsOk());
    return revision.value_or(0);
  }
  std::string Get(const Bucket& bucket, std::string_view key,
                  uint64_t revision = 0) {
    auto entry = Run(bucket.Get(key, revision));
    EXPECT_THAT(entry, IsOk());
    return entry.ok() ? entry->value : "";
  }
  std::vector<std::string> Keys(const Bucket& bucket,
                                std::string_view filter = ">") {
    auto keys = Run(bucket.Keys(filter));
    EXPECT_THAT(keys, IsOk());
    return keys.ok() ? *std::move(keys) : std::vector<std::string>();
  }
  // "a=1", "a deleted", "a purged".
  static std::string Text(const KvEntry& entry) {
    switch (entry.operation) {
      case KvOperation::kPut:
        return entry.key + "=" + entry.value;
      case KvOperation::kDelete:
        return entry.key + " deleted";
      case KvOperation::kPurge:
        return entry.key + " purged";
    }
    return "";
  }
  std::vector<std::string> History(const Bucket& bucket, std::string_view key) {
    auto entries = Run(bucket.History(key));
    EXPECT_THAT(entries, IsOk());
    std::vector<std::string> texts;
    if (!entries.ok()) return texts;
    for (const KvEntry& entry : *entries) texts.push_back(Text(entry));
    return texts;
  }
  KvWatch Watch(const Bucket& bucket, std::string_view filter = ">",
                WatchOptions options = {}) {
    auto watch = Run(bucket.Watch(filter, options));
    EXPECT_THAT(watch, IsOk());
    return *std::move(watch);
  }
  // As Text; "end" once.
  std::string Next(KvWatch& watch) {
    auto entry = Run(watch.Next());
    EXPECT_THAT(entry, IsOk());
    if (!entry.ok()) return "failed";
    return entry->has_value() ? Text(**entry) : "end";
  }

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace walnats::contract
