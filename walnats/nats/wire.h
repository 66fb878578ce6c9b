#pragma once

// The second seam, private to nats/: core NATS as the JetStream machines see
// it. Connection implements it over nats.c; tests by a fake, later by a frame
// server. One thread.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "walnats/transport/message.h"
#include "walnats/transport/transport.h"

namespace walnats::nats {

class WireSink {
 public:
  // A message for our inbox, or a pulled one (its reply is an ack subject).
  virtual void OnMessage(transport::Message message) = 0;
  // The drain loop has handed over all that was there (or its time slice).
  virtual void OnIdle() = 0;
  // Connected, also after each reconnect.
  virtual void OnUp() = 0;
  virtual void OnDown(std::string_view reason) = 0;
  // The write buffer, once over its bound, is empty again.
  virtual void OnWritable() = 0;
  // The server will leave: publish nothing more on this connection.
  virtual void OnLameDuck() = 0;

 protected:
  ~WireSink() = default;
};

class Wire {
 public:
  virtual ~Wire() = default;

  // Does not call OnUp, whether up or not: ask up().
  virtual void SetSink(WireSink* sink) = 0;

  virtual bool up() const = 0;

  // "_INBOX.<unique>.": every token behind it is ours. What has one more token
  // comes to the sink; deeper subjects are there to be subscribed.
  virtual std::string_view inbox() const = 0;

  // Copies the message into the write buffer. kUnavailable while down,
  // kFailedPrecondition for what NATS cannot carry; both name the subject.
  virtual absl::Status Publish(const transport::Outgoing& message) = 0;

  // Whether the write buffer is below its bound (1 MiB, TLS 256 KiB).
  virtual bool writable() const = 0;

  virtual absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) = 0;

  // Of the server in use: name, version, url, max_payload; no features.
  virtual transport::ServerInfo server() const = 0;

  // Bytes published and not yet written to the socket; 0 while down.
  virtual std::size_t unsent() const = 0;

  // Writes what is buffered, waiting at most `limit`, then closes for good. No
  // sink is called afterwards. Await it before destroying the Wire.
  virtual Task<void> Close(absl::Duration limit) = 0;
};

}  // namespace walnats::nats
