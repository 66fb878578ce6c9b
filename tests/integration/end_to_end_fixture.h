#pragma once

// A server, a directory for what processes write, and a connection to look at
// streams and consumers. All gone with the test.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/child.h"
#include "tests/integration/eventually.h"
#include "tests/integration/feed.h"
#include "tests/integration/work.h"
#include "tests/integration/work_log.h"
#include "walnats/runtime/real_clock.h"
#include "walnats/testing/real_server.h"
#include "walnats/testing/run_task.h"
#include "walnats/transport/connector.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {

// A directory that is gone with the object.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// How a worker process handles (worker_main.cc).
struct WorkerOptions {
  std::string handler = "coroutine";
  absl::Duration work = absl::ZeroDuration();
  absl::Duration ack_wait = absl::Seconds(30);
  std::string kill_at = {};  // the step (base/steps.h) at which it dies
};

class EndToEnd : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;
  virtual RealServerOptions ServerOptions() const { return {}; }

  const std::string& url() const { return server_->url(); }
  const std::string& directory() const { return directory_.path(); }

  // Workers that write to log_; they need not be ready yet.
  std::unique_ptr<Child> StartWorker(const WorkerOptions& options);
  std::unique_ptr<Child> StartProgram(
      std::vector<std::string> command,
      const std::vector<std::string>& environment = {});

  // Emits `count` numbers and waits until they are stored.
  void Emit(uint64_t count);

  // Whether `actor` has handled all that is in `stream`, `messages` of them.
  bool AllAcked(const std::string& stream, const std::string& actor,
                uint64_t messages);

  // All that are stored, the oldest first.
  std::vector<v1::DeadLetter> DeadLetters();

  // Calls a verb of the transport.
  template <class T>
  T Run(Task<T> task) {
    return RunTask(io_, std::move(task));
  }

  std::unique_ptr<RealServer> server_;
  ScratchDirectory directory_;
  WorkLog log_{directory() + "/work.log"};

  boost::asio::io_context io_;
  RealClock clock_{io_};
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::Transport> transport_;
};

bool IsReady(const Child& worker);

}  // namespace walnats::testing
