#pragma once

// The pull requests that wait at one consumer: whose turn it is, and how each
// of them ends. They are served one message each, in turn.
//
// Source: nats-server, server/consumer.go: waitQueue, nextWaiting,
// processWaiting.

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "walnats/testing/jetstream_model/actions.h"
#include "walnats/testing/jetstream_model/positions.h"
#include "walnats/testing/jetstream_model/version.h"

namespace walnats::testing::model {

class PullQueue {
 public:
  // A message's recipient, and what it is told after the message.
  struct Turn {
    Inbox inbox;
    std::optional<PullStatus> last_word = {};
  };

  // Statuses are appended to `actions`; both outlive it.
  PullQueue(const Version& version, std::vector<Action>& actions)
      : version_(version), actions_(actions) {}

  bool empty() const { return pulls_.empty(); }
  size_t size() const { return pulls_.size(); }
  // How many messages they wait for together.
  int64_t wanted() const;

  void Add(const PullRequest& request, const Inbox& inbox, absl::Time now);
  // Whose turn it is for a message of `size` bytes. The pulls in front that
  // have no room for it end; nullopt if none is left.
  std::optional<Turn> Take(int64_t size, absl::Time now);
  // Expiries and heartbeats, which say what was `delivered` last; if there is
  // nothing to deliver now, no_wait too.
  void Sweep(bool nothing_left, const Mark& delivered, absl::Time now);

  // Those of `client` whose inbox matches `pattern` end silently.
  void Drop(uint64_t client, std::string_view pattern);
  // All end silently.
  void Drop() { pulls_.clear(); }
  // All end with this status, `counted` with what was left of each.
  void End(int code, std::string_view description, bool counted);

  // The next expiry or heartbeat.
  absl::Time next() const;

 private:
  struct Pull {
    Inbox inbox;
    PullRequest request;
    int left = 0;
    int delivered = 0;
    int64_t bytes_left = 0;
    absl::Time expires;
    absl::Time heartbeat;
  };

  bool EndsNow(const Pull& pull, bool nothing_left, absl::Time now);
  void SendCounted(const Pull& pull, int code, std::string_view description);

  const Version& version_;
  std::vector<Action>& actions_;
  std::deque<Pull> pulls_;
};

}  // namespace walnats::testing::model
