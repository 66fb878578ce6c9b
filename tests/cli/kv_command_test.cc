// `walnats kv`.

#include "tests/cli/command_fixture.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

using ::testing::Not;

class KvTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    const Ended made = Run({"kv", "create", "limits", "--history", "5", "--ttl",
                            "7d", "--description", "How much"});
    ASSERT_EQ(made.code, 0) << made.errors;
    ASSERT_EQ(made.output, "created bucket limits\n");
  }
};
INSTANTIATE_TEST_SUITE_P(Servers, KvTest, Servers(), ServerName);

TEST_P(KvTest, BucketsAreMadeListedAndDeleted) {
  EXPECT_EQ(Run({"kv", "create", "limits"}).code, 1);
  EXPECT_THAT(
      Run({"kv", "buckets"}).output,
      AllOf(HasSubstr("limits"), HasSubstr("7d"), HasSubstr("How much")));
  EXPECT_THAT(Run({"kv", "buckets", "--json"}).output,
              HasSubstr("\"history\":5,\"ttl\":604800,"));
  EXPECT_EQ(Run({"kv", "delete", "limits"}).code, 2);
  EXPECT_EQ(Run({"kv", "delete", "limits", "--yes"}).code, 0);
  EXPECT_EQ(Run({"kv", "delete", "limits", "--yes"}).code, 3);
  EXPECT_EQ(Run({"kv", "buckets", "--json"}).output, "[]\n");
}

TEST_P(KvTest, ValuesAreWrittenAndRead) {
  EXPECT_EQ(Run({"kv", "put", "limits", "customer.42", "1000"}).output,
            "revision 1\n");
  EXPECT_EQ(Run({"kv", "get", "limits", "customer.42"}).output, "1000\n");
  EXPECT_EQ(Run({"kv", "get", "limits", "customer.42", "--raw"}).output,
            "1000");
  EXPECT_EQ(Run({"kv", "create", "limits", "customer.42", "1"}).code, 1);
  EXPECT_EQ(Run({"kv", "create", "limits", "customer.7", "\x01"}).output,
            "revision 2\n");
  EXPECT_EQ(
      Run({"kv", "put", "limits", "customer.42", "9", "--revision", "2"}).code,
      1);
  EXPECT_EQ(Run({"kv", "put", "limits", "customer.42", "900", "--revision", "1",
                 "--json"})
                .output,
            "{\"revision\":3}\n");
  EXPECT_EQ(
      Run({"kv", "get", "limits", "customer.42", "--revision", "1"}).output,
      "1000\n");
  EXPECT_EQ(Run({"kv", "keys", "limits"}).output, "customer.42\ncustomer.7\n");
  EXPECT_EQ(Run({"kv", "keys", "limits", "*.7", "--json"}).output,
            "[\"customer.7\"]\n");
  EXPECT_EQ(Run({"kv", "keys", "limits", "none.>"}).code, 3);
  EXPECT_EQ(Run({"kv", "get", "limits", "nobody"}).code, 3);
  EXPECT_EQ(Run({"kv", "get", "nowhere", "nobody"}).code, 3);
  EXPECT_EQ(Run({"kv", "get", "limits", "a b"}).code, 2);
}

TEST_P(KvTest, HistoryShowsDeletesToo) {
  Run({"kv", "put", "limits", "a", "1"});
  EXPECT_EQ(Run({"kv", "delete", "limits", "a"}).code, 0);
  EXPECT_EQ(Run({"kv", "delete", "limits", "a"}).code, 3);
  const Ended history = Run({"kv", "history", "limits", "a"});
  EXPECT_EQ(history.code, 0) << history.errors;
  EXPECT_THAT(history.output, AllOf(HasSubstr("  put        a    1\n"),
                                    HasSubstr("  delete     a    -\n")));
  Run({"kv", "put", "limits", "a", "2"});
  EXPECT_EQ(Run({"kv", "delete", "limits", "a", "--purge"}).code, 0);
  EXPECT_THAT(Run({"kv", "history", "limits", "a", "--json"}).output,
              AllOf(HasSubstr("\"operation\":\"purge\""),
                    Not(HasSubstr("\"operation\":\"put\""))));
}

TEST_P(KvTest, WatchTellsWhatIsThereAndWhatComes) {
  Run({"kv", "put", "limits", "a", "1"});
  const std::unique_ptr<Child> watch = Begin({"kv", "watch", "limits"});
  EXPECT_TRUE(
      Eventually([&] { return watch->output().ends_with("  put  a  1\n"); }));
  Run({"kv", "put", "limits", "b", "2"});
  EXPECT_TRUE(
      Eventually([&] { return watch->output().ends_with("  put  b  2\n"); }));
  watch->Signal(SIGINT);
  EXPECT_EQ(watch->AwaitExit(), 130);
}

}  // namespace
}  // namespace walnats::testing
