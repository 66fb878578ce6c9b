#include "walnats/connect/embedded_server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/connect/probes.h"
#include "walnats/base/strings.h"

namespace walnats::connect {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using ServerOr = absl::StatusOr<std::unique_ptr<EmbeddedServer>>;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

// A directory that goes with the test.
class Folder {
 public:
  Folder() : path_(::testing::TempDir() + "walnats-test-XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A program of our own at `path`.
void WriteProgram(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
  chmod(path.c_str(), 0700);
}

// Sets an environment variable until the end of the scope.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (before_.has_value()) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(EmbeddedServerTest, AnswersWhenStartReturns) {
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ((*server)->url(), Cat("nats://127.0.0.1:", (*server)->port()));
  EXPECT_EQ(ReadVersion((*server)->port(), absl::Seconds(5)),
            (*server)->version());
  EXPECT_TRUE((*server)->status().ok()) << (*server)->status();
  EXPECT_TRUE(Alive((*server)->pid()));
}

TEST(EmbeddedServerTest, TakesServerAndTemporaryDirectoryWithIt) {
  ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  const pid_t pid = (*server)->pid();
  const std::string directory = (*server)->store_dir();
  EXPECT_TRUE(std::filesystem::exists(directory + "/jetstream"));
  server->reset();
  EXPECT_FALSE(Alive(pid));
  EXPECT_FALSE(std::filesystem::exists(directory));
}

TEST(EmbeddedServerTest, IsOutOfReachOfTheTerminal) {
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_GT(getsid((*server)->pid()), 0);
  EXPECT_NE(getsid((*server)->pid()), getsid(0));
  EXPECT_NE(getpgid((*server)->pid()), getpgid(0));
}

TEST(EmbeddedServerTest, InheritsNoDescriptors) {
  const int fd = dup(STDERR_FILENO);  // without close-on-exec
  const std::string number = Cat(dup2(fd, 300));
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string open = Cat("/proc/", (*server)->pid(), "/fd/");
  EXPECT_TRUE(std::filesystem::exists(open + "2"));
  EXPECT_FALSE(std::filesystem::exists(open + number));
  close(fd);
  close(300);
}

TEST(EmbeddedServerTest, OutlivesTheThreadThatStartedIt) {
  ServerOr server = absl::UnknownError("not started");
  std::thread([&server] { server = EmbeddedServer::Start({}); }).join();
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_TRUE(Greets((*server)->port()));
}

TEST(EmbeddedServerTest, StartsFromManyThreadsAtOnce) {
  std::vector<ServerOr> servers(6);
  std::vector<std::thread> threads;
  for (ServerOr& server : servers) {
    threads.emplace_back([&server] {
      server = EmbeddedServer::Start({});
      if (server.ok()) (*server)->Stop();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const ServerOr& server : servers) {
    ASSERT_TRUE(server.ok()) << server.status();
    EXPECT_FALSE(Alive((*server)->pid()));
    EXPECT_FALSE(std::filesystem::exists((*server)->store_dir()));
  }
}

TEST(EmbeddedServerTest, EndsWithTheProcessThatWatchesIt) {
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  const pid_t warden = getsid((*server)->pid());
  ASSERT_GT(warden, 1);
  ASSERT_NE(warden, getsid(0));
  ASSERT_EQ(kill(warden, SIGKILL), 0);
  ASSERT_TRUE(Eventually([&] { return !(*server)->status().ok(); }));
  EXPECT_TRUE(Eventually([&] { return !Greets((*server)->port()); }));
  (*server)->Stop();
  EXPECT_FALSE(std::filesystem::exists((*server)->store_dir()));
}

TEST(EmbeddedServerTest, SaysHowTheServerEnded) {
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_EQ(kill((*server)->pid(), SIGKILL), 0);
  ASSERT_TRUE(Eventually([&] { return !(*server)->status().ok(); }));
  EXPECT_EQ((*server)->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message((*server)->status()), HasSubstr("ended: Killed"));
  EXPECT_EQ((*server)->Signal(SIGSTOP).code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(EmbeddedServerTest, ComesBackOnItsPortAfterSuddenDeath) {
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  const uint16_t port = (*server)->port();
  const pid_t pid = (*server)->pid();
  ASSERT_EQ(kill(pid, SIGKILL), 0);
  ASSERT_TRUE((*server)->Relaunch().ok());
  EXPECT_EQ((*server)->port(), port);
  EXPECT_NE((*server)->pid(), pid);
  EXPECT_TRUE(Greets(port));
}

TEST(EmbeddedServerTest, StopIsFinal) {
  const ServerOr server = EmbeddedServer::Start({});
  ASSERT_TRUE(server.ok()) << server.status();
  (*server)->Stop();
  EXPECT_FALSE(Alive((*server)->pid()));
  EXPECT_FALSE((*server)->status().ok());
  EXPECT_EQ((*server)->Relaunch().code(),
            absl::StatusCode::kFailedPrecondition);
  (*server)->Stop();
}

TEST(EmbeddedServerTest, KeepsAGivenDirectory) {
  const Folder folder;
  const std::string store = folder.path() + "/made/on/demand";
  ServerOr server = EmbeddedServer::Start({.store_dir = store});
  ASSERT_TRUE(server.ok()) << server.status();
  server->reset();
  EXPECT_TRUE(std::filesystem::exists(store + "/jetstream"));
  std::ifstream log(store + "/nats-server.log");
  const std::string text{std::istreambuf_iterator<char>(log), {}};
  EXPECT_THAT(text, HasSubstr("Server Exiting")) << "not by SIGTERM";
  EXPECT_TRUE(EmbeddedServer::Start({.store_dir = store}).ok());
}

TEST(EmbeddedServerTest, RefusesADirectoryInUse) {
  const Folder folder;
  ServerOr first = EmbeddedServer::Start({.store_dir = folder.path()});
  ASSERT_TRUE(first.ok()) << first.status();
  const ServerOr second = EmbeddedServer::Start({.store_dir = folder.path()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(second.status()),
              AllOf(HasSubstr(folder.path()),
                    HasSubstr(Cat("process ", getpid(), " uses it"))));
}

TEST(EmbeddedServerTest, NamesThePackageIfThereIsNoServer) {
  const ServerOr server = EmbeddedServer::Start({.binary = "no-such-server"});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(
      Message(server.status()),
      AllOf(HasSubstr("\"no-such-server\""), HasSubstr("package nats-server"),
            HasSubstr("WALNATS_NATS_SERVER")));
}

TEST(EmbeddedServerTest, TakesTheBinaryFromTheEnvironment) {
  const ScopedVariable variable("WALNATS_NATS_SERVER", "/nowhere/server");
  const ServerOr server = EmbeddedServer::Start({});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Message(server.status()),
              HasSubstr("\"/nowhere/server\" (from WALNATS_NATS_SERVER)"));
}

TEST(EmbeddedServerTest, FindsTheServerOutsideOfPath) {
  const Folder folder;
  const ScopedVariable variable("PATH", folder.path());
  EXPECT_TRUE(EmbeddedServer::Start({.binary = "nats-server"}).ok());
}

TEST(EmbeddedServerTest, SaysWhyAProgramCouldNotRun) {
  const Folder folder;
  const std::string path = folder.path() + "/server";
  struct {
    std::string_view program;
    std::string_view cause;
  } const cases[] = {
      {"no program at all", "Exec format error"},
      {"#!/nowhere/shell\n", "No such file"},
      {"#!/bin/sh\necho broken install >&2; exit 3\n",
       "exit code 3: broken install"},
      {"#!/bin/sh\nkill -ABRT $$\n", "Aborted"},
  };
  for (const auto& item : cases) {
    WriteProgram(path, item.program);
    const ServerOr server = EmbeddedServer::Start({.binary = path});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(Message(server.status()),
                AllOf(StartsWith(path), HasSubstr(std::string(item.cause))));
  }
}

TEST(EmbeddedServerTest, GivesUpOnAServerThatIsNeverReady) {
  const Folder folder;
  const std::string path = folder.path() + "/server";
  WriteProgram(path, "#!/bin/sh\nexec sleep 1000\n");
  const ServerOr server = EmbeddedServer::Start(
      {.binary = path, .start_limit = absl::Milliseconds(50)});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Message(server.status()), HasSubstr("not ready within 50ms"));
}

TEST(EmbeddedServerTest, QuotesTheServerIfItsPortIsTaken) {
  const ServerOr first = EmbeddedServer::Start({});
  ASSERT_TRUE(first.ok()) << first.status();
  const ServerOr second = EmbeddedServer::Start({.port = (*first)->port()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(second.status()),
              AllOf(HasSubstr("exit code 1"), HasSubstr("[FTL]"),
                    HasSubstr("address already in use")));
}

TEST(EmbeddedServerTest, TakesConfigurationAndArguments) {
  const ServerOr server = EmbeddedServer::Start(
      {.jetstream = false,
       .extra_config = "authorization { user: shop, password: secret }",
       .extra_args = {"--name", "one"}});
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string info = ReadInfo((*server)->port(), absl::Seconds(5));
  EXPECT_THAT(info, AllOf(HasSubstr("\"auth_required\":true"),
                          HasSubstr("\"server_name\":\"one\"")));
  EXPECT_THAT(info, ::testing::Not(HasSubstr("\"jetstream\":true")));
}

}  // namespace
}  // namespace walnats::connect
