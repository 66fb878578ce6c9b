#pragma once

// Dead messages as lines of JSON (the proto message walnats.v1.DeadLetter) at
// the end of a file, each on the disk before Store returns. Several processes
// may share the file: a line is one write.

#include <memory>
#include <string>

#include "walnats/actor/dead_letter.h"

namespace walnats::internal {

class DeadFile final : public DeadSink {
 public:
  // Opened, and created, when the first message dies.
  explicit DeadFile(std::string path);
  ~DeadFile() override;

  // Waits for the disk on a thread of its own.
  Task<absl::Status> Store(const v1::DeadLetter& letter) override;

 private:
  absl::Status Append(const std::string& line);
  absl::Status Open();

  const std::string path_;
  int file_ = -1;  // used on the thread only
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace walnats::internal
