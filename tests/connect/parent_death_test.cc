// Ways in which the owner of an embedded server dies without a destructor.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "gtest/gtest.h"
#include "tests/connect/probes.h"
#include "walnats/connect/embedded_server.h"

namespace walnats::connect {
namespace {

// What a child process tells about the server that it started.
struct Started {
  pid_t pid = 0;
  uint16_t port = 0;
  char directory[256] = {};
};

// Runs in the child: starts a server on a thread that ends, tells, dies.
[[noreturn]] void StartAndDie(const std::string& store_dir, int pipe,
                              const std::function<void()>& die) {
  absl::StatusOr<std::unique_ptr<EmbeddedServer>> server =
      absl::UnknownError("not started");
  std::thread([&] {
    server = EmbeddedServer::Start({.store_dir = store_dir});
  }).join();
  if (server.ok() && Greets((*server)->port())) {
    Started started;
    started.pid = (*server)->pid();
    started.port = (*server)->port();
    (*server)->store_dir().copy(started.directory,
                                sizeof(started.directory) - 1);
    (void)!write(pipe, &started, sizeof(started));
  }
  die();
  _exit(0);
}

// The server that a child process started before it died by `die`.
Started StartInDyingProcess(const std::string& store_dir,
                            const std::function<void()>& die) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const pid_t child = fork();
  if (child == 0) StartAndDie(store_dir, ends[1], die);
  close(ends[1]);
  Started started;
  if (read(ends[0], &started, sizeof(started)) != sizeof(started)) started = {};
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return started;
}

void ExpectGoneAfter(const std::function<void()>& die) {
  const Started started = StartInDyingProcess("", die);
  ASSERT_GT(started.pid, 0) << "the child could not start a server";
  EXPECT_TRUE(Eventually([&] { return !Alive(started.pid); }));
  EXPECT_TRUE(
      Eventually([&] { return !std::filesystem::exists(started.directory); }));
}

TEST(ParentDeathTest, NothingIsLeftAfterSigkill) {
  ExpectGoneAfter([] { kill(getpid(), SIGKILL); });
}

TEST(ParentDeathTest, NothingIsLeftAfterExitWithoutDestructors) {
  ExpectGoneAfter([] { _exit(0); });
}

TEST(ParentDeathTest, NothingIsLeftAfterACrash) {
  ExpectGoneAfter([] {
    signal(SIGABRT, SIG_DFL);
    std::abort();
  });
}

TEST(ParentDeathTest, NothingIsLeftAfterExecOfAnotherProgram) {
  ExpectGoneAfter([] { execl("/bin/true", "true", nullptr); });
}

// The grandchild keeps a copy of every descriptor, also of those that tell the
// warden that its parent lives.
TEST(ParentDeathTest, AForkThatLivesOnKeepsNothing) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  ExpectGoneAfter([&ends] {
    if (fork() == 0) {
      close(ends[1]);
      char byte;
      (void)!read(ends[0], &byte, 1);  // until the test ends
      _exit(0);
    }
    kill(getpid(), SIGKILL);
  });
  close(ends[0]);
  close(ends[1]);
}

TEST(ParentDeathTest, AKeptDirectoryIsFreeForTheNextProcess) {
  std::string store = ::testing::TempDir() + "walnats-test-XXXXXX";
  ASSERT_NE(mkdtemp(store.data()), nullptr);
  const Started started =
      StartInDyingProcess(store, [] { kill(getpid(), SIGKILL); });
  ASSERT_GT(started.pid, 0) << "the child could not start a server";
  // The old server may still be stopping; Start waits for that.
  const auto next = EmbeddedServer::Start({.store_dir = store});
  EXPECT_TRUE(next.ok()) << next.status();
  EXPECT_FALSE(Alive(started.pid));
  if (next.ok()) (*next)->Stop();
  std::filesystem::remove_all(store);
}

}  // namespace
}  // namespace walnats::connect
