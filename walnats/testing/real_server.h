#pragma once

// A nats-server for one test: on a free port, with JetStream in a temporary
// directory, and gone with the test, however that ends. It can die, hang and
// come back as servers do:
//
//   absl::StatusOr<std::unique_ptr<RealServer>> server = RealServer::Start();
//   ASSERT_TRUE(server.ok()) << server.status();
//   ...                              // connect to (*server)->url()
//   (*server)->Kill9();
//   ASSERT_TRUE((*server)->Restart().ok());  // same port, same streams
//
// Which nats-server: options.binary, else WALNATS_NATS_SERVER, else the one of
// the system.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "walnats/connect/embedded_server.h"

namespace walnats::testing {

using RealServerOptions = connect::EmbeddedServerOptions;

// Thread-safe.
class RealServer {
 public:
  static absl::StatusOr<std::unique_ptr<RealServer>> Start(
      RealServerOptions options = {});

  const std::string& url() const { return server_->url(); }
  uint16_t port() const { return server_->port(); }
  pid_t pid() const { return server_->pid(); }
  const std::string& store_dir() const { return server_->store_dir(); }

  // "2.9.10", and whether that is at least `major`.`minor`.
  const std::string& version() const { return server_->version(); }
  bool AtLeast(int major, int minor) const;

  // What the server has logged so far, for the message of a failing test.
  std::string log() const;

  // Ok while the server runs, else how it ended.
  absl::Status status() const { return server_->status(); }

  // Each returns when it has happened; kFailedPrecondition if the server does
  // not run. What it stored stays.
  absl::Status Kill9();
  absl::Status Terminate();  // in good order, by SIGTERM
  absl::Status Pause();      // connections stay open, nobody answers
  absl::Status Resume();

  // Starts it again on the same port and directory, ending it first (in good
  // order) if it runs.
  absl::Status Restart();

 private:
  explicit RealServer(std::unique_ptr<connect::EmbeddedServer> server);

  std::unique_ptr<connect::EmbeddedServer> server_;
};

}  // namespace walnats::testing
