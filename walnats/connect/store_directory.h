#pragma once

// Where an embedded server keeps its streams. nats-server does not notice that
// another one uses its directory, so we lock it.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/connect/unique_fd.h"

namespace walnats::connect {

class StoreDirectory {
 public:
  // A new directory under TMPDIR, which goes with this object.
  static absl::StatusOr<std::unique_ptr<StoreDirectory>> MakeTemporary();

  // `path`, created if missing, kept, and locked while this object lives.
  // kFailedPrecondition names the process that holds it; if that one is dead
  // and only its server is still stopping, waits up to `limit`.
  static absl::StatusOr<std::unique_ptr<StoreDirectory>> Lock(
      const std::string& path, absl::Duration limit);

  ~StoreDirectory();
  StoreDirectory(const StoreDirectory&) = delete;
  StoreDirectory& operator=(const StoreDirectory&) = delete;

  const std::string& path() const { return path_; }  // absolute
  bool temporary() const { return temporary_; }
  int lock_fd() const { return lock_.get(); }  // -1 if temporary

 private:
  StoreDirectory(std::string path, bool temporary)
      : path_(std::move(path)), temporary_(temporary) {}

  std::string path_;
  bool temporary_;
  UniqueFd lock_;
};

}  // namespace walnats::connect
