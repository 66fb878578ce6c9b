#pragma once

// The built program as a child against a nats-server of the test's own, the
// oldest and the newest:
//
//   TEST_P(StreamsCommandTest, ListsThem) {
//     const Ended ended = Run({"streams", "--json"});
//     EXPECT_EQ(ended.code, 0) << ended.errors;
//   }

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/child.h"
#include "tests/integration/services_fixture.h"

namespace walnats::testing {

struct Ended {
  int code = -1;
  std::string output;
  std::string errors;
};

class CommandTest : public ServicesServer,
                    public ::testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override { StartServer({.binary = GetParam()}); }

  // The program with the server's url in its environment.
  std::unique_ptr<Child> Begin(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {WALNATS_PROGRAM};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::vector<std::string> environment = {"NATS_URL=" + server_->url()};
    return std::make_unique<Child>(server_->store_dir(), command, environment);
  }

  static Ended Await(Child& child) {
    const int code = child.AwaitExit().value_or(-1);
    return {code, child.output(), child.errors()};
  }
  using ServicesServer::Await;

  Ended Run(const std::vector<std::string>& arguments) {
    const std::unique_ptr<Child> child = Begin(arguments);
    return Await(*child);
  }
};

// "oldest" and "newest".
inline auto Servers() {
  return ::testing::Values(WALNATS_OLDEST_SERVER, WALNATS_NEWEST_SERVER);
}
inline std::string ServerName(
    const ::testing::TestParamInfo<const char*>& info) {
  return info.index == 0 ? "oldest" : "newest";
}

}  // namespace walnats::testing
