#include "walnats/testing/real_server.h"

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"
#include "tests/connect/probes.h"

namespace walnats::testing {
namespace {

using connect::Alive;
using connect::Greets;
using connect::ReadVersion;

using ServerOr = absl::StatusOr<std::unique_ptr<RealServer>>;

TEST(RealServerTest, KeepsPortAndStoreOverKillAndRestart) {
  ServerOr server = RealServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string url = (*server)->url();
  const std::string store = (*server)->store_dir();
  std::ofstream(store + "/witness") << "here";
  for (int round = 0; round < 3; ++round) {
    const pid_t pid = (*server)->pid();
    ASSERT_TRUE((*server)->Kill9().ok());
    EXPECT_FALSE(Alive(pid));
    EXPECT_FALSE((*server)->status().ok());
    EXPECT_FALSE(Greets((*server)->port()));
    ASSERT_TRUE((*server)->Restart().ok()) << (*server)->log();
    EXPECT_EQ((*server)->url(), url);
    EXPECT_TRUE(Greets((*server)->port()));
  }
  EXPECT_TRUE(std::filesystem::exists(store + "/witness"));
  server->reset();
  EXPECT_FALSE(std::filesystem::exists(store));
}

TEST(RealServerTest, RestartsARunningServerInGoodOrder) {
  const ServerOr server = RealServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  const pid_t pid = (*server)->pid();
  ASSERT_TRUE((*server)->Restart().ok());
  EXPECT_NE((*server)->pid(), pid);
  EXPECT_TRUE(Greets((*server)->port()));
  EXPECT_NE((*server)->log().find("Server Exiting"), std::string::npos);
}

TEST(RealServerTest, TerminatesEvenWhilePaused) {
  const ServerOr server = RealServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_TRUE((*server)->Pause().ok());
  ASSERT_TRUE((*server)->Terminate().ok());
  EXPECT_FALSE(Alive((*server)->pid()));
  EXPECT_FALSE((*server)->Terminate().ok());
}

TEST(RealServerTest, SaysNothingWhilePaused) {
  const ServerOr server = RealServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE((*server)->Pause().ok());
    ASSERT_TRUE((*server)->Pause().ok()) << "pausing twice";
    EXPECT_EQ(ReadVersion((*server)->port(), absl::Milliseconds(30)),
              std::nullopt);
    ASSERT_TRUE((*server)->Resume().ok());
    EXPECT_TRUE(Greets((*server)->port()));
  }
  EXPECT_TRUE((*server)->status().ok());
}

TEST(RealServerTest, ComparesVersionsByNumber) {
  const ServerOr server = RealServer::Start();
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_TRUE((*server)->AtLeast(2, 9)) << (*server)->version();
  EXPECT_FALSE((*server)->AtLeast(2, 99));
  EXPECT_FALSE((*server)->AtLeast(10, 0));
}

}  // namespace
}  // namespace walnats::testing
