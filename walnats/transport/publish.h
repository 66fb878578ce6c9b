#pragma once

// A message on its way to a stream: what is sent, what must hold for it to be
// stored, and what comes back.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/event/headers.h"

namespace walnats::transport {

// A message to send: views that the caller keeps alive until the verb's Task
// or completion has ended.
struct Outgoing {
  std::string_view subject = {};
  std::span<const Header> headers = {};
  std::string_view body = {};
  std::string_view reply = {};
};

// What must hold for a publish to be stored.
struct Expect {
  std::string_view stream = {};  // empty: any
  std::string_view message_id =
      {};  // of this message: the server drops a second
           // one within the stream's duplicate window
  std::optional<uint64_t> last_sequence = {};
  std::optional<uint64_t> subject_last_sequence = {};
  std::string_view subject = {};          // of subject_last_sequence; 2.11
  std::string_view last_message_id = {};  // of the message before
};

struct PublishOptions {
  // Window full: wait in its queue, or complete with kResourceExhausted.
  bool wait = true;
  // How long it may stay unsent (queue, connection down) before it completes
  // with kUnavailable: it is surely not stored then.
  absl::Duration unsent_limit = absl::Seconds(30);
  // How long after it was first sent the same message id may be sent again to
  // resolve a lost answer: the stream's duplicate window. kUnknown after it,
  // and at once for a message without id.
  absl::Duration resolve_within = absl::Minutes(2);
};

struct PubAck {
  std::string stream;
  uint64_t sequence = 0;
  bool duplicate = false;
};

// A publish on its way, in its sender's memory. It and what it views live until
// OnPublished, which is called once; it may die or be published again inside.
class Publication {
 public:
  Outgoing message;
  Expect expect;
  PublishOptions options;

  virtual void OnPublished(absl::StatusOr<PubAck> ack) = 0;

  // The transport's, as long as it has the publication.
  struct Progress {
    int64_t bytes = 0;
    absl::Time asked = {};  // when Publish was called
    absl::Time first_sent = {};
    absl::Time last_sent = {};  // or last refused for want of responders
    int no_responders = 0;      // answers of that kind
    bool sent = false;
    bool copy_lost = false;  // a copy was sent whose answer will not come
  };
  Progress progress;

 protected:
  ~Publication() = default;
};

}  // namespace walnats::transport
