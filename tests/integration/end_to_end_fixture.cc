#include "tests/integration/end_to_end_fixture.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "walnats/connect.h"

namespace walnats::testing {

ScratchDirectory::ScratchDirectory()
    : path_(::testing::TempDir() + "walnats-test-XXXXXX") {
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

ScratchDirectory::~ScratchDirectory() { std::filesystem::remove_all(path_); }

void EndToEnd::SetUp() {
  auto server = RealServer::Start(ServerOptions());
  ASSERT_TRUE(server.ok()) << server.status().ToString();
  server_ = *std::move(server);
  connector_ = Connect({.urls = {url()}});
  auto transport = Run(connector_->Connect(clock_));
  ASSERT_TRUE(transport.ok()) << transport.status().ToString();
  transport_ = *std::move(transport);
}

void EndToEnd::TearDown() {
  if (transport_) RunTask(io_, transport_->Close());
}

std::unique_ptr<Child> EndToEnd::StartWorker(const WorkerOptions& options) {
  return StartProgram(
      {WALNATS_WORKER, log_.path(), options.handler,
       absl::StrCat(absl::ToInt64Microseconds(options.work)),
       absl::StrCat(absl::ToInt64Milliseconds(options.ack_wait))},
      {"KILL_AT=" + options.kill_at});
}

std::unique_ptr<Child> EndToEnd::StartProgram(
    std::vector<std::string> command,
    const std::vector<std::string>& environment) {
  std::vector<std::string> variables = environment;
  variables.push_back("NATS_URL=" + url());
  return std::make_unique<Child>(directory(), command, variables);
}

void EndToEnd::Emit(uint64_t count) {
  Feed feed(count);
  feed.Begin(url());
  ASSERT_TRUE(Eventually([&] { return feed.ended() == count; }))
      << feed.ended() << " of " << count << "; " << feed.Health().Describe();
  ASSERT_TRUE(feed.first_error().ok()) << feed.first_error().ToString();
  const absl::Status ended = feed.End();
  ASSERT_TRUE(ended.ok()) << ended.ToString();
}

bool EndToEnd::AllAcked(const std::string& stream, const std::string& actor,
                        uint64_t messages) {
  const auto info = Run(transport_->GetStream(stream));
  const auto consumer = Run(transport_->GetConsumer(stream, actor));
  return info.ok() && consumer.ok() && info->messages == messages &&
         consumer->ack_pending == 0 && consumer->pending == 0;
}

std::vector<v1::DeadLetter> EndToEnd::DeadLetters() {
  std::vector<v1::DeadLetter> letters;
  const auto info = Run(transport_->GetStream("walnats-dead"));
  EXPECT_TRUE(info.ok()) << info.status();
  if (!info.ok()) return letters;
  for (uint64_t i = info->first_sequence; i <= info->last_sequence; ++i) {
    const transport::GetOptions get{.sequence = i};
    const auto message = Run(transport_->GetMessage("walnats-dead", get));
    if (!message.ok() || !message->subject.starts_with("walnats-dead.")) {
      continue;  // removed, or a record
    }
    EXPECT_TRUE(letters.emplace_back().ParseFromString(message->body));
  }
  return letters;
}

bool IsReady(const Child& worker) { return worker.output() == "ready\n"; }

}  // namespace walnats::testing
