#pragma once

// One natsConnection on one socket, for as long as that socket lives. It never
// reconnects: nats.c would keep its parser in the middle of the message that
// the lost socket cut off, deliver that message with bytes of the next
// connection, and close for good on any -ERR that it does not know.
//
// nats.c is told that an event loop polls (natsOptions_SetEventLoop), so all
// its I/O happens inside ProcessRead and ProcessWrite. A session ends in one
// way, whoever wants it: its socket is shut down and nats.c reads the end.

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/nats/connection_options.h"
#include "walnats/nats/handles.h"
#include "walnats/nats/notices.h"
#include "walnats/nats/server_url.h"
#include "walnats/nats/watched_socket.h"

namespace walnats::nats {

// Made on one thread, then handed to its io thread. Subscriptions die first.
class Session {
 public:
  // Connects to one server: blocks for `limit`, or longer for its name.
  // kUnauthenticated, kDeadlineExceeded or kUnavailable; the message is the
  // reason alone.
  static absl::StatusOr<std::unique_ptr<Session>> Open(
      const ServerUrl& url, const ConnectionOptions& options,
      absl::Duration limit, std::shared_ptr<const Notices> notices);

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  natsConnection* connection() { return connection_.get(); }
  WatchedSocket& socket() { return socket_; }
  const ServerUrl& url() const { return url_; }
  uint64_t notices_number() const { return notices_->number(); }

  // One read, and as many messages queued as it brought.
  void ProcessRead();

  // One write; only if nats.c wants it, since it would send 0 bytes and take
  // that for a closed connection.
  void ProcessWrite();
  bool wants_write() const { return wants_write_; }

  // nats.c has closed the socket: nothing works any more.
  bool ended() const { return ended_; }
  std::string EndReason();

  // Drops what is still to be written.
  void End();

  // The "503" messages of the last ProcessRead (see undeclared.h).
  std::vector<MessageHandle> TakeNoResponders();

 private:
  Session(const ServerUrl& url, std::shared_ptr<const Notices> notices)
      : url_(url), notices_(std::move(notices)) {}

  // What nats.c calls: Attach inside Open, the others inside the functions
  // above, all on the calling thread.
  static natsStatus Attach(void** user, void* loop, natsConnection*,
                           natsSock socket);
  static natsStatus Read(void* user, bool add);
  static natsStatus Write(void* user, bool add);
  static natsStatus Detach(void* user);
  static void Filter(natsConnection*, natsMsg** message, void* closure);

  void AfterEvent();

  const ServerUrl url_;
  const std::shared_ptr<const Notices> notices_;
  WatchedSocket socket_;
  natsSock nats_socket_ = -1;
  bool wants_write_ = false;
  bool ended_ = false;
  bool detached_ = false;
  std::vector<MessageHandle> no_responders_;
  ConnectionHandle connection_;
};

}  // namespace walnats::nats
