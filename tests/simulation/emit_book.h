#pragma once

// The half of the oracle that compares what emitters were told with what the
// streams hold in the end (guarantee 1).

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/transport/publish.h"
#include "walnats/transport/stored.h"

namespace walnats::simulation {

// What an event promises of its stream.
struct StreamRule {
  std::string stream;
  absl::Duration window;    // of duplicates
  bool message_ids = true;  // every message has one
};

// Every message has a number; its body is that number in decimal.
class EmitBook {
 public:
  // `violations` is appended to and outlives it.
  explicit EmitBook(std::vector<std::string>& violations)
      : violations_(violations) {}

  // `id` empty: the client chose one, or none. A number may be emitted again,
  // by the next attempt of a handler.
  void OnBegin(uint64_t number, std::string_view stream, std::string_view id);
  // A client sends `frame`. What has no id may be sent once: nobody could tell
  // a second copy from the first.
  void OnSent(const transport::Outgoing& frame);
  // Not called if the process was killed before it knew.
  void OnEnd(uint64_t number, const absl::StatusOr<Receipt>& result);

  // `messages`: all that the stream holds, in order.
  void CheckStream(const StreamRule& rule,
                   std::span<const transport::StoredMessage> messages);

  // Results so far, for reports.
  int ended() const { return ended_; }
  int ok() const { return ok_; }

 private:
  struct Emit {
    std::string stream;
    std::string id;
    int begun = 0;
    int sent_without_id = 0;
    int refused = 0;  // results that say that nothing was stored
    std::vector<Receipt> receipts;
  };
  using Messages = std::map<uint64_t, const transport::StoredMessage*>;

  void CheckIds(const StreamRule& rule, const Messages& stored);
  void CheckEmit(uint64_t number, const Emit& emit, const Messages& stored,
                 int copies);
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  std::map<uint64_t, Emit> emits_;
  int ended_ = 0;
  int ok_ = 0;
};

}  // namespace walnats::simulation
