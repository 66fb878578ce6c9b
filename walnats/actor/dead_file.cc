#include "walnats/actor/dead_file.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <boost/asio/thread_pool.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "walnats/actor/handler.h"
#include "walnats/base/strings.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {

struct DeadFile::Thread {
  boost::asio::thread_pool pool{1};
};

DeadFile::DeadFile(std::string path) : path_(std::move(path)) {}

DeadFile::~DeadFile() {
  if (thread_) thread_->pool.join();
  if (file_ >= 0) ::close(file_);
}

Task<absl::Status> DeadFile::Store(const v1::DeadLetter& letter) {
  std::string line;
  const auto written =
      google::protobuf::util::MessageToJsonString(letter, &line);
  if (!written.ok()) {
    co_return Error(absl::StatusCode::kInternal,
                    "write dead letter: ", std::string(written.message()));
  }
  line.push_back('\n');
  if (!thread_) thread_ = std::make_unique<Thread>();
  auto append = [&] { return Append(line); };
  co_return co_await RunBlocking(thread_->pool.get_executor(), append);
}

absl::Status DeadFile::Open() {
  if (file_ >= 0) return absl::OkStatus();
  file_ =
      ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) {
    return Error(absl::StatusCode::kUnavailable, "open dead-letter file ",
                 Quoted(path_), ": ", std::strerror(errno));
  }
  // The file's name must survive a crash too.
  const std::filesystem::path absolute = std::filesystem::absolute(path_);
  const int directory = ::open(absolute.parent_path().c_str(),
                               O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
  return absl::OkStatus();
}

absl::Status DeadFile::Append(const std::string& line) {
  if (absl::Status opened = Open(); !opened.ok()) return opened;
  const ssize_t written = ::write(file_, line.data(), line.size());
  if (written == static_cast<ssize_t>(line.size()) && ::fsync(file_) == 0) {
    return absl::OkStatus();
  }
  return Error(
      absl::StatusCode::kUnavailable, "write dead-letter file ", Quoted(path_),
      ": ", written >= 0 && errno == 0 ? "short write" : std::strerror(errno));
}

}  // namespace walnats::internal
