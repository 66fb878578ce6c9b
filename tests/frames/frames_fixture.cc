#include "tests/frames/frames_fixture.h"

#include "tests/fakes/frame.h"
#include "walnats/runtime/spawn.h"

namespace walnats::nats {

std::string Heard::header(std::string_view name) const {
  for (const transport::StoredHeader& one : headers) {
    if (one.name == name) return one.value;
  }
  return "";
}

std::string Heard::status() const {
  const std::string description = header("Description");
  return description.empty() ? header("Status")
                             : Cat(header("Status"), " ", description);
}

Heard Hear(const transport::Message& message) {
  Heard heard;
  heard.subject = message.subject();
  heard.reply = message.reply();
  heard.body = message.body();
  message.VisitHeaders([&](const Header& header) {
    heard.headers.push_back(
        {std::string(header.name), std::string(header.value)});
  });
  return heard;
}

Client::Client(FrameServer& server, testing::FakeClock& clock)
    : clock_(clock), wire_(server.Connect()) {
  wire_->SetSink(this);
  clock_.Poll();
}

Client::~Client() {
  if (wire_ != nullptr) Close();
}

void Client::Close(absl::Duration limit) {
  bool closed = false;
  const auto close = [&]() -> Task<absl::Status> {
    co_await wire_->Close(limit);
    closed = true;
    co_return absl::OkStatus();
  };
  Spawn(clock_.executor(), close(), [](absl::Status) {});
  clock_.Poll();
  if (!closed) clock_.Advance(limit);
  ASSERT_TRUE(closed);
  wire_.reset();
}

absl::Status Client::Publish(std::string_view subject, std::string_view body,
                             const Headers& headers, std::string_view reply) {
  const std::vector<Header> views = HeaderViews(headers);
  return wire_->Publish(
      {.subject = subject, .headers = views, .body = body, .reply = reply});
}

std::vector<Heard> Client::Ask(std::string_view subject, std::string_view body,
                               const Headers& headers) {
  heard.clear();
  EXPECT_TRUE(Publish(subject, body, headers, Inbox(Cat(++asked_))).ok());
  clock_.Poll();
  return std::exchange(heard, {});
}

std::string Client::AskText(std::string_view subject, std::string_view body,
                            const Headers& headers) {
  const std::vector<Heard> answers = Ask(subject, body, headers);
  if (answers.empty()) return "(silence)";
  EXPECT_EQ(answers.size(), 1U) << subject;
  const std::string status = answers[0].status();
  return status.empty() ? answers[0].body : Cat("(", status, ")");
}

void Client::OnMessage(transport::Message message) {
  heard.push_back(Hear(message));
  if (on_message) on_message();
}

std::vector<std::string> Listener::Bodies() const {
  std::vector<std::string> bodies;
  for (const Heard& one : heard) bodies.push_back(one.body);
  return bodies;
}

void FramesTest::AddStream(Client& client, const std::string& more) {
  const std::string answer =
      client.AskText("$JS.API.STREAM.CREATE.S",
                     Cat(R"({"name":"S","subjects":["s.>"])", more, "}"));
  ASSERT_NE(answer.find("did_create"), answer.npos) << answer;
}

void FramesTest::AddConsumer(Client& client, const std::string& more) {
  const std::string answer = client.AskText(
      "$JS.API.CONSUMER.CREATE.S.c",
      Cat(R"({"stream_name":"S","config":{"name":"c","durable_name":"c",)",
          R"("ack_policy":"explicit","ack_wait":1000000000)", more, "}}"));
  ASSERT_NE(answer.find("num_pending"), answer.npos) << answer;
}

}  // namespace walnats::nats
