#pragma once

// A nats-server that belongs to this process: on a free port of the loopback
// interface, with JetStream in a directory of its own, and gone when this
// process is, however this process ends.
//
//   absl::StatusOr<std::unique_ptr<EmbeddedServer>> server =
//       EmbeddedServer::Start({.store_dir = "/var/lib/shop/nats"});
//   if (!server.ok()) return server.status();
//   Connect((*server)->url());

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace walnats::connect {

class StoreDirectory;
class Warden;

struct EmbeddedServerOptions {
  std::string binary = {};  // a path or a name; see FindServerBinary
  // Created if missing, kept, and locked against other embedded servers.
  // Empty: a new directory under TMPDIR, removed at the end.
  std::string store_dir = {};
  uint16_t port = 0;  // 0: any free one
  bool jetstream = true;
  std::string extra_config = {};  // in the syntax of nats-server's file
  std::vector<std::string> extra_args = {};
  absl::Duration start_limit = absl::Seconds(10);
  absl::Duration stop_limit = absl::Seconds(5);  // then SIGKILL
};

// Thread-safe. Every method but the accessors may block.
class EmbeddedServer {
 public:
  // Returns when the server accepts connections; JetStream may take longer.
  // The calling thread may end at once. kNotFound: no binary;
  // kFailedPrecondition: the directory; kUnavailable: the server ended, its
  // last errors are in the message; kDeadlineExceeded: not ready in time.
  static absl::StatusOr<std::unique_ptr<EmbeddedServer>> Start(
      EmbeddedServerOptions options);

  // As Stop.
  ~EmbeddedServer();
  EmbeddedServer(const EmbeddedServer&) = delete;
  EmbeddedServer& operator=(const EmbeddedServer&) = delete;

  // These stay as they are for life, whatever becomes of the server.
  const std::string& url() const { return url_; }
  uint16_t port() const { return port_; }
  const std::string& version() const { return version_; }  // "2.9.10"
  const std::string& store_dir() const { return store_dir_; }
  const std::string& log_path() const { return log_path_; }

  // Of the last process that was started.
  pid_t pid() const;

  // Ok while the server runs, else kUnavailable: how it ended and its last
  // errors.
  absl::Status status() const;

  // Sends `signal` and waits for what it does: the end of the server after
  // SIGTERM (forced after stop_limit) and SIGKILL, its halt after SIGSTOP.
  // kFailedPrecondition if it does not run.
  absl::Status Signal(int signal);

  // Starts the server again on the same port and directory, ending it first if
  // it runs. Fails as Start does, and may then be called again.
  absl::Status Relaunch();

  // Ends the server for good. A temporary directory needs no orderly end, so
  // its server is killed (SIGTERM costs 10 ms per consumer on 2.15); a kept
  // one's gets SIGTERM and stop_limit.
  void Stop();

 private:
  explicit EmbeddedServer(EmbeddedServerOptions options);
  absl::Status Open();
  absl::Status WriteConfig() const;
  std::vector<std::string> Arguments() const;
  absl::Status Launch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AwaitReady() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Deliver(int signal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Running() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status EndedError() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Written by Start only.
  const EmbeddedServerOptions options_;
  std::string binary_;
  std::string store_dir_;
  std::string log_path_;
  std::string url_;
  std::string version_;
  uint16_t port_;

  mutable absl::Mutex mutex_;
  std::unique_ptr<StoreDirectory> directory_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Warden> warden_ ABSL_GUARDED_BY(mutex_);  // null: stopped
  pid_t pid_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace walnats::connect
