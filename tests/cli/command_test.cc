// The commands that look: server, streams, actors, tail; and the command line.

#include "tests/cli/command_fixture.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::PrintToString;
using ::testing::StartsWith;

// Any Protobuf message will do.
constexpr Event<v1::DeadLetterRecord> kRecorded("cli.recorded");

v1::DeadLetterRecord RecordBy(const std::string& by) {
  v1::DeadLetterRecord record;
  record.set_by(by);
  return record;
}

class LookTest : public CommandTest {
 protected:
  Running& StartRecorder() {
    Actor reader("read-record", kRecorded, [](const v1::DeadLetterRecord&) {});
    return Start({.name = "recorder",
                  .version = "1.2",
                  .emits = {kPinged},
                  .actors = {reader}});
  }
  void EmitRecord(const Running& running, const std::string& by) {
    const v1::DeadLetterRecord record = RecordBy(by);
    EXPECT_TRUE(Await(running.client().Emit(kRecorded, record)).ok());
  }
};
INSTANTIATE_TEST_SUITE_P(Servers, LookTest, Servers(), ServerName);

TEST_P(LookTest, ServerShowsWhatItIs) {
  const Ended text = Run({"server"});
  EXPECT_EQ(text.code, 0) << text.errors;
  EXPECT_THAT(text.output, AllOf(HasSubstr(server_->version()),
                                 HasSubstr("streams        0 of unlimited"),
                                 HasSubstr("sync interval  unknown")));
  const Ended json = Run({"server", "--json"});
  EXPECT_THAT(json.output,
              HasSubstr("\"version\":\"" + server_->version() + "\""));
  EXPECT_THAT(json.output, HasSubstr("\"sync_interval\":null"));
}

TEST_P(LookTest, StreamsAreListedWithWhatTheyAre) {
  Running& running = StartRecorder();
  EmitRecord(running, "anna");
  transport::StreamConfig foreign;
  foreign.name = "THEIRS";
  foreign.subjects = {"theirs.>"};
  ASSERT_TRUE(Await(raw().CreateStream(foreign)).ok());
  const Ended json = Run({"streams", "--json"});
  EXPECT_EQ(json.code, 0) << json.errors;
  EXPECT_THAT(json.output,
              AllOf(HasSubstr(R"("name":"cli-recorded","kind":"event")"),
                    HasSubstr(R"("name":"THEIRS","kind":"foreign")"),
                    HasSubstr(R"("name":"KV_walnats-schemas","kind":"bucket")"),
                    HasSubstr(R"("messages":1,)")));
  const Ended text = Run({"streams"});
  EXPECT_THAT(text.output, StartsWith("STREAM"));
  EXPECT_THAT(text.output, Not(HasSubstr("\x1b")));
}

TEST_P(LookTest, ActorsShowHowFarTheyAreBehindAndPause) {
  Running& running = StartRecorder();
  EmitRecord(running, "anna");
  ASSERT_TRUE(Eventually([&] { return running.actor().handled == 1; }));
  const Ended text = Run({"actors"});
  EXPECT_EQ(text.code, 0) << text.errors;
  EXPECT_THAT(text.output,
              AllOf(HasSubstr("cli.recorded"), HasSubstr("read-record"),
                    HasSubstr("running")));
  const Ended paused =
      Run({"actors", "pause", "cli.recorded", "read-record", "--for", "10m"});
  EXPECT_EQ(paused.code, 0) << paused.errors;
  EXPECT_THAT(Run({"actors", "--json"}).output, HasSubstr("\"paused\":true"));
  EXPECT_THAT(Run({"actors"}).output, HasSubstr("paused for 9m"));
  const Ended resumed =
      Run({"actors", "resume", "cli.recorded", "read-record"});
  EXPECT_EQ(resumed.code, 0) << resumed.errors;
  Stop();
  PublishRaw("cli.recorded", "");
  const Ended stopped = Run({"actors", "--event", "cli.recorded", "--json"});
  EXPECT_THAT(stopped.output,
              AllOf(HasSubstr("\"lag\":1,"), HasSubstr("\"waiting_pulls\":0"),
                    HasSubstr("\"paused\":false")));
  EXPECT_EQ(Run({"actors", "--event", "no.such"}).code, 3);
  EXPECT_EQ(Run({"actors", "pause", "cli.recorded", "nobody"}).code, 3);
}

TEST_P(LookTest, TailDecodesWithTheStoredSchema) {
  Running& running = StartRecorder();
  EmitRecord(running, "anna");
  EmitRecord(running, "ben");
  const Ended text =
      Run({"tail", "cli.recorded", "--from", "all", "--no-follow"});
  EXPECT_EQ(text.code, 0) << text.errors;
  EXPECT_THAT(text.output,
              AllOf(StartsWith("1  "), HasSubstr("  {\"by\":\"anna\"}\n2  "),
                    EndsWith("  {\"by\":\"ben\"}\n")));
  const Ended json =
      Run({"tail", "cli.recorded", "--from", "2", "--count", "1", "--json"});
  EXPECT_THAT(json.output, EndsWith(R"("schema":"walnats.v1.DeadLetterRecord",)"
                                    R"("message":{"by":"ben"}})"
                                    "\n"));
  EXPECT_EQ(Run({"tail", "cli.recorded", "--no-follow"}).code, 3);
  EXPECT_EQ(Run({"tail", "cli.recorded", "--from", "?"}).code, 2);
  const Ended missing = Run({"tail", "no.such"});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.errors, HasSubstr("no-such"));
}

TEST_P(LookTest, TailFollowsWhatComes) {
  Running& running = StartRecorder();
  const std::unique_ptr<Child> tail =
      Begin({"tail", "cli.recorded", "--count", "2"});
  // Its consumer is there: what comes now is new.
  ASSERT_TRUE(Eventually([&] {
    const auto all = Await(raw().ListConsumers("cli-recorded"));
    return all.ok() && all->size() == 2;
  }));
  EmitRecord(running, "anna");
  EXPECT_TRUE(Eventually(
      [&] { return tail->output().find("anna") != std::string::npos; }));
  EmitRecord(running, "ben");
  EXPECT_EQ(tail->AwaitExit(), 0);
}

TEST_P(LookTest, WithoutSchemaMessagesAreTextOrHex) {
  transport::StreamConfig old;
  old.name = "old";
  old.subjects = {"old"};
  ASSERT_TRUE(Await(raw().CreateStream(old)).ok());
  PublishRaw("old", "plain");
  PublishRaw("old", "\xff\x1b");
  const Ended tail =
      Run({"tail", "old", "--from", "all", "--no-follow", "--json"});
  EXPECT_EQ(tail.code, 0) << tail.errors;
  EXPECT_THAT(tail.output, AllOf(HasSubstr(R"("text":"plain"})"),
                                 HasSubstr(R"("hex":"ff1b"})")));
}

TEST_P(LookTest, ErrorsNameActAndObject) {
  const Ended unreachable =
      Run({"streams", "--server", "nats://127.0.0.1:1", "--timeout", "2s"});
  EXPECT_EQ(unreachable.code, 1);
  EXPECT_THAT(unreachable.output, IsEmpty());
  EXPECT_THAT(unreachable.errors,
              AllOf(StartsWith("walnats: connect"), HasSubstr("127.0.0.1:1")));
}

TEST_P(LookTest, CommandLinesWithoutSenseAreMisuse) {
  const std::vector<std::string> lines[] = {
      {},
      {"dlq"},
      {"fly"},
      {"tail"},
      {"streams", "--nothing"},
      {"actors", "pause", "a", "b", "--for", "soon"},
      {"dlq", "redrive", "--actor", "x"},
      {"dlq", "list", "--since", "never"},
      {"kv", "create", "bucket", "key"},
      {"completion", "tcsh"},
  };
  for (const std::vector<std::string>& line : lines) {
    const Ended ended = Run(line);
    EXPECT_EQ(ended.code, 2) << PrintToString(line);
    EXPECT_THAT(ended.output, IsEmpty()) << PrintToString(line);
    EXPECT_THAT(ended.errors, Not(IsEmpty())) << PrintToString(line);
  }
}

TEST_P(LookTest, HelpHasExamplesEverywhere) {
  const std::vector<std::string> commands[] = {
      {},
      {"server"},
      {"streams"},
      {"actors"},
      {"actors", "pause"},
      {"tail"},
      {"dlq"},
      {"dlq", "redrive"},
      {"kv"},
      {"kv", "create"},
      {"completion"},
  };
  for (std::vector<std::string> line : commands) {
    line.push_back("--help");
    const Ended ended = Run(line);
    EXPECT_EQ(ended.code, 0) << PrintToString(line);
    EXPECT_THAT(ended.output, HasSubstr("Examples:")) << PrintToString(line);
  }
  EXPECT_THAT(Run({"--help"}).output, HasSubstr("Exit codes:"));
  EXPECT_THAT(Run({"--version"}).output, StartsWith("walnats "));
}

}  // namespace
}  // namespace walnats::testing
