#pragma once

// How to reach NATS.
//
//   std::unique_ptr<walnats::transport::Connector> nats =
//       walnats::Connect({.urls = {"nats://a:4222", "nats://b:4222"}});
//   absl::Status status = services.Run(*nats);
//
// Without a url, a server of the process's own is started: for trying things
// out, for development, for tests.

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "walnats/transport/connector.h"

namespace walnats {

struct ConnectOptions {
  // "nats://host:port" or "tls://...", tried in random order each time.
  // Credentials may stand in them: "nats://user:password@host:4222",
  // "nats://token@host:4222".
  std::vector<std::string> urls = {};

  std::string user = {};
  std::string password = {};
  std::string token = {};

  // Shown by the server's monitoring. Empty: the program's name.
  std::string name = {};

  // For all urls together, at the start. Later it tries for ever.
  absl::Duration connect_limit = absl::Seconds(5);

  // Between attempts to reconnect: from the first, doubled up to the second,
  // with jitter.
  absl::Duration reconnect_delay = absl::Milliseconds(100);
  absl::Duration reconnect_delay_max = absl::Seconds(5);

  // The publish window: what may be on its way to the streams unanswered.
  int window_messages = 4096;  // a power of two
  int64_t window_bytes = 16 << 20;

  // ---- without urls
  // The nats-server to start. Empty: $WALNATS_NATS_SERVER, then the PATH, then
  // /usr/sbin and /usr/local/sbin.
  std::string server_binary = {};

  // Where it keeps its streams; locked while in use. Empty: a temporary
  // directory, gone with the process.
  std::string store_dir = {};
};

// Connects nothing yet: Services::Run does, within connect_limit, or says for
// every url why not. The embedded server ends with the connector, and with the
// process however that ends.
std::unique_ptr<transport::Connector> Connect(ConnectOptions options);

// The options as the environment gives them: NATS_URL (commas between urls),
// NATS_USER, NATS_PASSWORD, NATS_TOKEN, WALNATS_STORE_DIR.
ConnectOptions ConnectOptionsFromEnvironment();

}  // namespace walnats
