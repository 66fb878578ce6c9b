// The rules, asked of planted text: each finds what it must and lets pass what
// it may.

#include "tests/style/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/style/table.h"

namespace walnats::style {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SourceFiles One(std::string_view path, std::string_view text) {
  return {ParseText(path, text)};
}

SourceFiles Includes(std::string_view path, std::string_view include) {
  return One(path, "#include " + std::string(include) + "\n");
}

std::string Lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "int i;\n";
  return text;
}

TEST(TableTest, EveryFileHasTheRowOfItsFolder) {
  EXPECT_EQ(RowOf("walnats/nats/pull.h"), "nats");
  EXPECT_EQ(RowOf("walnats/limits.h"), "event");
  EXPECT_EQ(RowOf("walnats/testing/harness.h"), "testing");
  EXPECT_EQ(RowOf("walnats/testing/real_server.cc"), "testing/real_server");
  EXPECT_EQ(RowOf("walnats/unknown.h"), "");
}

struct IncludeCase {
  const char* file;
  const char* include;
};

TEST(CheckIncludesTest, LetsPassWhatTheTableAllows) {
  for (const IncludeCase& allowed : {
           IncludeCase{"walnats/base/log.cc", "\"walnats/base/log.h\""},
           {"walnats/base/log.cc", "\"walnats/log.h\""},
           {"walnats/base/log.cc", "\"absl/time/time.h\""},
           {"walnats/base/log.cc", "<string>"},
           {"walnats/event/event_info.cc", "\"walnats/base/strings.h\""},
           {"walnats/codec.h", "\"google/protobuf/message_lite.h\""},
           {"walnats/task.h", "<boost/asio/awaitable.hpp>"},
           {"walnats/nats/wire.cc", "<nats/nats.h>"},
           {"walnats/nats/wire.cc", "<sys/socket.h>"},
           {"walnats/nats/api_json.cc", "<boost/json/parse.hpp>"},
           {"walnats/actor/attempt.cc", "\"walnats/client.h\""},
           {"walnats/main.h", "\"walnats/services.h\""},
           {"walnats/testing/real_server.h", "\"walnats/connect/server.h\""},
       }) {
    EXPECT_THAT(CheckIncludes(Includes(allowed.file, allowed.include)),
                IsEmpty());
  }
}

TEST(CheckIncludesTest, RefusesWhatTheTableDoesNotList) {
  for (const IncludeCase& refused : {
           IncludeCase{"walnats/base/log.cc", "\"walnats/event.h\""},
           {"walnats/base/log.cc", "<boost/asio/post.hpp>"},
           {"walnats/event/event_info.cc", "\"google/protobuf/message.h\""},
           {"walnats/actor/attempt.cc", "\"walnats/nats/wire.h\""},
           {"walnats/actor/attempt.cc", "<nats/nats.h>"},
           {"walnats/client/client.cc", "\"walnats/actor.h\""},
           {"walnats/client/client.cc", "<boost/json.hpp>"},
           {"walnats/services.h", "\"walnats/connect.h\""},
           {"walnats/testing/harness.h", "\"walnats/connect/server.h\""},
           {"walnats/nats/wire.cc", "\"wire.h\""},
           {"walnats/nats/wire.cc", "\"tests/fakes.h\""},
           {"walnats/nats/wire.cc", "<uv.h/loop.h>"},
           {"walnats/nats/wire.cc", "\"walnats/unknown.h\""},
           {"walnats/unknown.h", "<string>"},
       }) {
    EXPECT_EQ(CheckIncludes(Includes(refused.file, refused.include)).size(), 1u)
        << refused.file << " includes " << refused.include;
  }
}

TEST(CheckIncludesTest, NamesFileAndLine) {
  EXPECT_THAT(
      CheckIncludes(One("walnats/event.h",
                        "#pragma once\n#  include \"walnats/actor.h\"\n")),
      ElementsAre("walnats/event.h:2: event may not include walnats/actor.h"));
}

TEST(CheckOwnHeaderFirstTest, AsksSourcesWithAHeaderBesideThem) {
  const auto check = [](std::string_view source) {
    return CheckOwnHeaderFirst(
        {ParseText("a/b.h", "#pragma once\n"), ParseText("a/b.cc", source)});
  };
  EXPECT_THAT(check("// Why.\n#include \"a/b.h\"\n#include <string>\n"),
              IsEmpty());
  EXPECT_THAT(check("#include <string>\n#include \"a/b.h\"\n"),
              ElementsAre("a/b.cc:1: the first include is not a/b.h"));
  EXPECT_EQ(check("int i;\n").size(), 1u);
  EXPECT_THAT(CheckOwnHeaderFirst(Includes("a/c.cc", "<string>")), IsEmpty());
}

TEST(CheckLengthsTest, AllowsLessToPublicHeaders) {
  EXPECT_THAT(CheckLengths(One("walnats/event.h", Lines(200))), IsEmpty());
  EXPECT_THAT(
      CheckLengths(One("walnats/event.h", Lines(201))),
      ElementsAre("walnats/event.h:201: the file goes on after this line"));
  EXPECT_THAT(CheckLengths(One("walnats/nats/wire.h", Lines(300))), IsEmpty());
  EXPECT_EQ(CheckLengths(One("walnats/nats/wire.h", Lines(301))).size(), 1u);
}

TEST(CheckColumnsTest, CountsCharactersNotBytes) {
  const std::string wide = "// " + std::string(78, 'x');
  EXPECT_THAT(CheckColumns(One("a.cc", "\n" + wide)),
              ElementsAre("a.cc:2: 81 columns"));
  EXPECT_THAT(CheckColumns(One("a.cc", "// " + std::string(77, 'x'))),
              IsEmpty());
  EXPECT_THAT(CheckColumns(One("a.cc", "// ä" + std::string(76, 'x'))),
              IsEmpty());
  EXPECT_THAT(CheckColumns(One("a.cc", "// https://" + wide)), IsEmpty());
}

TEST(CheckPragmaOnceTest, AsksHeadersOnly) {
  EXPECT_THAT(CheckPragmaOnce(One("a.h", "#pragma once\n")), IsEmpty());
  EXPECT_THAT(CheckPragmaOnce(One("a.cc", "int i;\n")), IsEmpty());
  EXPECT_EQ(CheckPragmaOnce(One("a.h", "int i;\n")).size(), 1u);
  EXPECT_EQ(CheckPragmaOnce(One("a.h", "")).size(), 1u);
}

TEST(CheckNoDefinesTest, FindsMacros) {
  EXPECT_EQ(CheckNoDefines(One("a.h", "#define A\n # define B 1\n")).size(),
            2u);
  EXPECT_THAT(CheckNoDefines(One("a.h", "#ifdef A\n// #define A\n")),
              IsEmpty());
}

TEST(CheckNoAbslStringViewTest, AsksPublicHeadersOnly) {
  constexpr char kText[] = "void F(absl::string_view s);  // Said.\n";
  EXPECT_EQ(CheckNoAbslStringView(One("walnats/event.h", kText)).size(), 1u);
  EXPECT_THAT(CheckNoAbslStringView(One("walnats/base/strings.h", kText)),
              IsEmpty());
  EXPECT_THAT(CheckNoAbslStringView(
                  One("walnats/event.h", "// absl::string_view is not it.\n")),
              IsEmpty());
}

TEST(CheckNoChronoTest, AllowsTheRealClockAndComments) {
  constexpr char kText[] = "std::chrono::seconds F();\n";
  EXPECT_EQ(CheckNoChrono(One("walnats/clock.h", kText)).size(), 1u);
  EXPECT_EQ(CheckNoChrono(Includes("walnats/clock.h", "<chrono>")).size(), 1u);
  EXPECT_THAT(CheckNoChrono(One("walnats/runtime/real_clock.cc", kText)),
              IsEmpty());
  EXPECT_THAT(CheckNoChrono(One("walnats/clock.h", "// Not std::chrono.\n")),
              IsEmpty());
}

TEST(CheckNoHeavyHeadersTest, FindsEachHeavyInclude) {
  for (const char* heavy : {"<boost/asio.hpp>", "<boost/asio/co_spawn.hpp>",
                            "<boost/asio/experimental/channel.hpp>",
                            "<boost/asio/experimental/concurrent_channel.hpp>",
                            "<boost/asio/experimental/awaitable_operators.hpp>",
                            "<boost/json.hpp>", "<boost/json/value.hpp>"}) {
    EXPECT_EQ(CheckNoHeavyHeaders(Includes("walnats/a.h", heavy)).size(), 1u)
        << heavy;
    EXPECT_THAT(CheckNoHeavyHeaders(Includes("walnats/a.cc", heavy)),
                IsEmpty());
  }
  EXPECT_THAT(CheckNoHeavyHeaders(
                  Includes("walnats/a.h", "<boost/asio/awaitable.hpp>")),
              IsEmpty());
}

TEST(CheckHeavySourcesTest, ListsThemAllWhenTheyAreTooMany) {
  const SourceFiles two = {
      ParseText("a.cc", "#include <boost/asio/co_spawn.hpp>\n"),
      ParseText("b.cc", "#include <boost/asio.hpp>\n"),
      ParseText("c.cc", "#include <boost/asio/post.hpp>\n")};
  EXPECT_THAT(CheckHeavySources(two, 2), IsEmpty());
  EXPECT_THAT(CheckHeavySources(two, 1),
              ElementsAre("a.cc:1: includes heavy Asio headers",
                          "b.cc:1: includes heavy Asio headers"));
}

}  // namespace
}  // namespace walnats::style
