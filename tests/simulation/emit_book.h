#pragma once

// The half of the oracle that compares what emitters were told with what the
// streams hold in the end (guarantee 1).

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/client.h"
#include "walnats/transport/message.h"
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
  void OnSent(uint64_t client, const transport::Outgoing& frame);
  // Of what there was no stream for there is no first copy.
  void OnHanded(uint64_t client, const transport::Message& frame);
  // Not called if the process was killed before it knew.
  void OnEnd(uint64_t number, const absl::StatusOr<Receipt>& result);

  // All that the stream holds, in order, and before it, where it was deleted
  // and made again, all that the earlier ones held when they went.
  using Stream = std::vector<transport::StoredMessage>;
  void CheckStream(const StreamRule& rule, std::span<const Stream> streams);

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
  // What each of the streams held.
  using Held = std::vector<Messages>;
  void CheckEmit(uint64_t number, const Emit& emit, const Held& held,
                 int copies);
  void CheckReceipt(uint64_t number, const Emit& emit, const Receipt& receipt,
                    const Held& held);
  template <class... Parts>
  void Violate(const Parts&... parts);

  std::vector<std::string>& violations_;
  std::map<uint64_t, Emit> emits_;
  // "<client> <reply>" of what was sent without an id.
  std::map<std::string, uint64_t, std::less<>> sent_;
  int ended_ = 0;
  int ok_ = 0;
};

}  // namespace walnats::simulation
