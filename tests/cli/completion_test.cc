// The scripts of `walnats completion`, run by the shells that are there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace walnats::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string OutputOf(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const size_t size = std::fread(buffer, 1, sizeof(buffer), pipe)) {
    output.append(buffer, size);
  }
  return pclose(pipe) == 0 ? output : "failed: " + output;
}

// What bash offers for the words after "walnats", the last of which is begun.
std::string Offered(const std::string& words) {
  return OutputOf("bash -c 'eval \"$(" WALNATS_PROGRAM
                  " completion bash)\"; COMP_WORDS=(walnats " +
                  words +
                  "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _walnats; "
                  "echo \"${COMPREPLY[@]}\"'");
}

TEST(CompletionTest, BashOffersWhatFitsThePlace) {
  EXPECT_THAT(Offered("\"\""),
              AllOf(HasSubstr("server"), HasSubstr("dlq"), HasSubstr("--json"),
                    Not(HasSubstr("redrive"))));
  EXPECT_EQ(Offered("st"), "streams\n");
  EXPECT_EQ(Offered("dlq red"), "redrive\n");
  EXPECT_EQ(Offered("dlq redrive --dry"), "--dry-run\n");
  // The value of an option is no command.
  EXPECT_EQ(Offered("--server dlq str"), "streams\n");
  EXPECT_EQ(Offered("kv --json wa"), "watch\n");
  EXPECT_THAT(Offered("tail shop.order-placed --f"), HasSubstr("--from"));
}

TEST(CompletionTest, EveryShellKnowsEveryCommand) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string script = OutputOf(WALNATS_PROGRAM " completion " + shell);
    EXPECT_THAT(script, AllOf(HasSubstr("'dlq redrive'"), HasSubstr("json"),
                              HasSubstr("history")))
        << shell;
  }
}

TEST(CompletionTest, ScriptsAreInTheShellsLanguage) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string check =
        "command -v " + shell + " >/dev/null || exit 0; " +
        WALNATS_PROGRAM " completion " + shell + " | " + shell + " -n 2>&1";
    EXPECT_EQ(OutputOf(check), "") << shell;
  }
}

}  // namespace
}  // namespace walnats::cli
