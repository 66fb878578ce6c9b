#include "walnats/connect/store_directory.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "walnats/base/strings.h"
#include "walnats/connect/deadline.h"

namespace walnats::connect {
namespace {

constexpr absl::Duration kRetryInterval = absl::Milliseconds(10);

absl::Status DirectoryError(absl::StatusCode code, std::string_view path,
                            std::string_view cause) {
  return Error(code, "use directory ", Quoted(path),
               " for the embedded server: ", cause);
}

// 0 if the lock file is empty: its holder is just about to write.
pid_t ReadHolder(int fd) {
  char text[16] = {};
  pid_t holder = 0;
  if (pread(fd, text, sizeof(text) - 1, 0) > 0) {
    (void)absl::SimpleAtoi(text, &holder);
  }
  return holder;
}

bool WriteHolder(int fd) {
  const std::string text = Cat(getpid(), "\n");
  return ftruncate(fd, 0) == 0 && pwrite(fd, text.data(), text.size(), 0) ==
                                      static_cast<ssize_t>(text.size());
}

bool Alive(pid_t pid) { return kill(pid, 0) == 0 || errno == EPERM; }

}  // namespace

absl::StatusOr<std::unique_ptr<StoreDirectory>>
StoreDirectory::MakeTemporary() {
  std::error_code error;
  std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  if (error) parent = "/tmp";
  std::string path = std::filesystem::absolute(parent / "walnats-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return DirectoryError(absl::StatusCode::kFailedPrecondition, path,
                          strerror(errno));
  }
  return std::unique_ptr<StoreDirectory>(
      new StoreDirectory(std::move(path), /*temporary=*/true));
}

absl::StatusOr<std::unique_ptr<StoreDirectory>> StoreDirectory::Lock(
    const std::string& path, absl::Duration limit) {
  std::error_code error;
  std::unique_ptr<StoreDirectory> directory(
      new StoreDirectory(std::filesystem::absolute(path, error), false));
  std::filesystem::create_directories(directory->path_, error);
  if (error) {
    return DirectoryError(absl::StatusCode::kFailedPrecondition, path,
                          error.message());
  }
  const std::string file = Cat(directory->path_, "/walnats.lock");
  directory->lock_ =
      UniqueFd(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const int fd = directory->lock_.get();
  if (fd < 0) {
    return DirectoryError(absl::StatusCode::kFailedPrecondition, path,
                          strerror(errno));
  }
  const Deadline deadline(limit);
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const pid_t holder = ReadHolder(fd);
    const bool alive = holder > 0 && Alive(holder);
    if (alive || deadline.left() == absl::ZeroDuration()) {
      return DirectoryError(absl::StatusCode::kFailedPrecondition, path,
                            Cat("process ", holder, " uses it"));
    }
    absl::SleepFor(kRetryInterval);
  }
  if (!WriteHolder(fd)) {
    return DirectoryError(absl::StatusCode::kFailedPrecondition, path,
                          strerror(errno));
  }
  return directory;
}

StoreDirectory::~StoreDirectory() {
  if (!temporary_) return;
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace walnats::connect
