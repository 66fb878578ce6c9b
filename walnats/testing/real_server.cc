#include "walnats/testing/real_server.h"

#include <signal.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>

namespace walnats::testing {

absl::StatusOr<std::unique_ptr<RealServer>> RealServer::Start(
    RealServerOptions options) {
  absl::StatusOr<std::unique_ptr<connect::EmbeddedServer>> server =
      connect::EmbeddedServer::Start(std::move(options));
  if (!server.ok()) return server.status();
  return std::unique_ptr<RealServer>(new RealServer(*std::move(server)));
}

RealServer::RealServer(std::unique_ptr<connect::EmbeddedServer> server)
    : server_(std::move(server)) {}

bool RealServer::AtLeast(int major, int minor) const {
  int has_major = 0;
  int has_minor = 0;
  std::sscanf(version().c_str(), "%d.%d", &has_major, &has_minor);
  return std::pair(has_major, has_minor) >= std::pair(major, minor);
}

std::string RealServer::log() const {
  std::ifstream file(server_->log_path());
  return {std::istreambuf_iterator<char>(file), {}};
}

absl::Status RealServer::Kill9() { return server_->Signal(SIGKILL); }
absl::Status RealServer::Terminate() { return server_->Signal(SIGTERM); }
absl::Status RealServer::Pause() { return server_->Signal(SIGSTOP); }
absl::Status RealServer::Resume() { return server_->Signal(SIGCONT); }
absl::Status RealServer::Restart() { return server_->Relaunch(); }

}  // namespace walnats::testing
