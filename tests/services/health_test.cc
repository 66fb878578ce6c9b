#include "walnats/health.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace walnats {
namespace {

Health Well() {
  Health health;
  health.phase = Phase::kRunning;
  health.connected = true;
  health.server = "nats://a:4222 (n1, nats-server 2.10.27)";
  health.actors.resize(1);
  health.actors[0].name = "mailer";
  health.producers.resize(1);
  health.producers[0].name = "feed";
  return health;
}

TEST(HealthTest, IsReadyWhileAllIsWell) {
  Health health = Well();
  health.warnings = {"stream \"a\": keeps retention interest"};
  EXPECT_TRUE(health.ready());
}

TEST(HealthTest, IsNotReadyOtherwise) {
  EXPECT_FALSE(Health().ready());
  const std::vector<std::pair<const char*, void (*)(Health&)>> faults = {
      {"draining", [](Health& one) { one.phase = Phase::kDraining; }},
      {"connecting", [](Health& one) { one.phase = Phase::kConnecting; }},
      {"disconnected", [](Health& one) { one.connected = false; }},
      {"connection", [](Health& one) { one.problem = "lost"; }},
      {"actor", [](Health& one) { one.actors[0].problem = "stalled"; }},
      {"producer", [](Health& one) { one.producers[0].problem = "failed"; }},
  };
  for (const auto& [name, spoil] : faults) {
    Health health = Well();
    spoil(health);
    EXPECT_FALSE(health.ready()) << name;
  }
}

TEST(HealthTest, IsNotReadyWhileAConditionStopsWork) {
  const std::vector<std::pair<ConditionKind, bool>> kinds = {
      {ConditionKind::kDisconnected, false},
      {ConditionKind::kStalled, false},
      {ConditionKind::kConsumerMissing, false},
      {ConditionKind::kStreamMissing, false},
      {ConditionKind::kIncarnationChanged, false},
      {ConditionKind::kDeadUnstored, false},
      {ConditionKind::kDataLost, true},
      {ConditionKind::kConfigDrift, true},
      {ConditionKind::kPaused, true},
      {ConditionKind::kBreakerOpen, true},
      {ConditionKind::kRedriveUnroutable, true},
  };
  for (const auto& [kind, ready] : kinds) {
    Health health = Well();
    health.conditions.push_back({kind, "stream \"a\"", "why", {}});
    EXPECT_EQ(health.ready(), ready) << ToString(kind);
    EXPECT_NE(health.Describe().find("stream \"a\": "), std::string::npos);
  }
}

TEST(HealthTest, DescribesOnlyWhatIsWrong) {
  Health health = Well();
  EXPECT_EQ(health.Describe(),
            "running, nats://a:4222 (n1, nats-server 2.10.27)\n");
  health.connected = false;
  health.problem = "connection reset";
  health.actors[0].problem = "no heartbeat";
  health.producers[0].problem = "UNAVAILABLE: feed";
  health.conditions.push_back({ConditionKind::kDataLost, "stream \"a\"",
                               "ends at sequence 8", absl::UnixEpoch()});
  health.warnings = {"stream \"a\": keeps retention interest"};
  EXPECT_EQ(health.Describe(),
            "running, nats://a:4222 (n1, nats-server 2.10.27), not connected\n"
            "connection: connection reset\n"
            "actor \"mailer\": no heartbeat\n"
            "producer \"feed\": UNAVAILABLE: feed\n"
            "stream \"a\": data lost since 1970-01-01T00:00:00+00:00: ends at "
            "sequence 8\n"
            "warning: stream \"a\": keeps retention interest\n");
  EXPECT_EQ(Health().Describe(), "not started, not connected\n");
}

}  // namespace
}  // namespace walnats
