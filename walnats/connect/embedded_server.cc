#include "walnats/connect/embedded_server.h"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/connect/deadline.h"
#include "walnats/connect/server_binary.h"
#include "walnats/connect/server_probe.h"
#include "walnats/connect/store_directory.h"
#include "walnats/connect/warden.h"

namespace walnats::connect {
namespace {

// How often a starting server is looked at; its end is noticed at once.
constexpr absl::Duration kProbeInterval = absl::Milliseconds(5);
constexpr absl::Duration kGreetingLimit = absl::Seconds(1);
// Nothing survives SIGKILL, but a process in disk sleep dies late.
constexpr absl::Duration kKillLimit = absl::Seconds(5);

}  // namespace

absl::StatusOr<std::unique_ptr<EmbeddedServer>> EmbeddedServer::Start(
    EmbeddedServerOptions options) {
  std::unique_ptr<EmbeddedServer> server(
      new EmbeddedServer(std::move(options)));
  absl::Status opened = server->Open();
  if (!opened.ok()) return opened;
  return server;
}

EmbeddedServer::EmbeddedServer(EmbeddedServerOptions options)
    : options_(std::move(options)), port_(options_.port) {}

EmbeddedServer::~EmbeddedServer() { Stop(); }

absl::Status EmbeddedServer::Open() {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<std::string> binary = FindServerBinary(options_.binary);
  if (!binary.ok()) return binary.status();
  binary_ = *std::move(binary);
  absl::StatusOr<std::unique_ptr<StoreDirectory>> directory =
      options_.store_dir.empty()
          ? StoreDirectory::MakeTemporary()
          : StoreDirectory::Lock(options_.store_dir, options_.start_limit);
  if (!directory.ok()) return directory.status();
  directory_ = *std::move(directory);
  store_dir_ = directory_->path();
  log_path_ = Cat(store_dir_, "/nats-server.log");
  std::error_code error;
  std::filesystem::remove(log_path_, error);  // an earlier process's
  absl::Status written = WriteConfig();
  return written.ok() ? Launch() : written;
}

absl::Status EmbeddedServer::WriteConfig() const {
  if (options_.extra_config.empty()) return absl::OkStatus();
  const std::string path = Cat(store_dir_, "/nats-server.conf");
  // It may hold passwords.
  const UniqueFd file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  const std::string& text = options_.extra_config;
  if (write(file.get(), text.data(), text.size()) !=
      static_cast<ssize_t>(text.size())) {
    return Error(absl::StatusCode::kFailedPrecondition, "write ", Quoted(path),
                 ": failed");
  }
  return absl::OkStatus();
}

std::vector<std::string> EmbeddedServer::Arguments() const {
  std::vector<std::string> arguments = {"-a",
                                        "127.0.0.1",
                                        "-p",
                                        port_ == 0 ? "-1" : Cat(port_),
                                        "--ports_file_dir",
                                        store_dir_};
  const auto add = [&arguments](std::vector<std::string> more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  if (options_.jetstream) add({"-js", "-sd", store_dir_});
  if (!options_.extra_config.empty()) {
    add({"-c", Cat(store_dir_, "/nats-server.conf")});
  }
  add(options_.extra_args);
  return arguments;
}

absl::Status EmbeddedServer::Launch() {
  RemovePortsFiles(store_dir_);
  const bool temporary = directory_->temporary();
  absl::StatusOr<std::unique_ptr<Warden>> warden = Warden::Start({
      .binary = binary_,
      .arguments = Arguments(),
      .log_path = log_path_,
      .held_fd = directory_->lock_fd(),
      .removed_directory = temporary ? store_dir_ : "",
      .stop_limit = temporary ? absl::ZeroDuration() : options_.stop_limit,
  });
  if (!warden.ok()) return warden.status();
  // Two wardens for a moment, so that there is always one to clean up.
  if (warden_ != nullptr) warden_->KeepDirectory();
  warden_ = *std::move(warden);
  pid_ = warden_->server_pid();
  return AwaitReady();
}

absl::Status EmbeddedServer::AwaitReady() {
  const Deadline deadline(options_.start_limit);
  while (
      !warden_->AwaitEnd(Deadline(std::min(kProbeInterval, deadline.left())))) {
    // The port alone would prove nothing: somebody else's server may own it.
    const std::optional<uint16_t> port = ReadPort(store_dir_, pid_);
    const std::optional<std::string> version =
        port.has_value() ? ReadVersion(*port, kGreetingLimit) : std::nullopt;
    if (version.has_value()) {
      if (!url_.empty()) return absl::OkStatus();
      port_ = *port;
      url_ = Cat("nats://127.0.0.1:", port_);
      version_ = *version;
      return absl::OkStatus();
    }
    if (deadline.left() == absl::ZeroDuration()) {
      return Error(absl::StatusCode::kDeadlineExceeded, "start ", binary_,
                   ": not ready within ",
                   absl::FormatDuration(options_.start_limit));
    }
  }
  return EndedError();
}

bool EmbeddedServer::Running() const {
  return warden_ != nullptr &&
         !warden_->AwaitEnd(Deadline(absl::ZeroDuration()));
}

absl::Status EmbeddedServer::EndedError() const {
  if (warden_ == nullptr) {
    return Error(absl::StatusCode::kUnavailable, binary_, ": stopped");
  }
  const std::string errors = LastErrors(log_path_);
  return Error(absl::StatusCode::kUnavailable, binary_, " (pid ", pid_,
               ") ended: ", warden_->ending(), errors.empty() ? "" : ": ",
               errors);
}

pid_t EmbeddedServer::pid() const {
  absl::MutexLock lock(&mutex_);
  return pid_;
}

absl::Status EmbeddedServer::status() const {
  absl::MutexLock lock(&mutex_);
  return Running() ? absl::OkStatus() : EndedError();
}

absl::Status EmbeddedServer::Signal(int signal) {
  absl::MutexLock lock(&mutex_);
  if (!Running()) {
    return Error(absl::StatusCode::kFailedPrecondition, "send signal ", signal,
                 " to ", binary_, ": it does not run");
  }
  Deliver(signal);
  return absl::OkStatus();
}

void EmbeddedServer::Deliver(int signal) {
  warden_->Signal(signal);
  if (signal == SIGTERM) {
    warden_->Signal(SIGCONT);  // a stopped process does not see SIGTERM
    if (warden_->AwaitEnd(Deadline(options_.stop_limit))) return;
    warden_->Signal(SIGKILL);
  }
  if (signal == SIGTERM || signal == SIGKILL) {
    warden_->AwaitEnd(Deadline(kKillLimit));
  }
}

absl::Status EmbeddedServer::Relaunch() {
  absl::MutexLock lock(&mutex_);
  if (warden_ == nullptr) {
    return Error(absl::StatusCode::kFailedPrecondition, "relaunch ", binary_,
                 ": stopped for good");
  }
  if (Running()) Deliver(SIGTERM);
  return Launch();
}

void EmbeddedServer::Stop() {
  absl::MutexLock lock(&mutex_);
  warden_.reset();
  directory_.reset();
}

}  // namespace walnats::connect
