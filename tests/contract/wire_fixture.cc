#include "tests/contract/wire_fixture.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "walnats/base/strings.h"

namespace walnats::contract {
namespace {

constexpr std::string_view kHeartbeat = "100 Idle Heartbeat";

boost::json::object Parse(std::string_view text) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_object()) {
    ADD_FAILURE() << "no JSON object: " << text;
    return {};
  }
  return std::move(value.as_object());
}

}  // namespace

// ---- Frame

std::string Frame::Status() const {
  const std::string code = Header("Status");
  return code.empty() ? code : Cat(code, " ", Header("Description"));
}

std::string Frame::Header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::string Frame::Token(int n) const {
  const std::vector<std::string> tokens = absl::StrSplit(reply, '.');
  return n < static_cast<int>(tokens.size()) ? tokens[n] : "";
}

// ---- Mailbox

void Mailbox::OnMessage(transport::Message message) {
  Frame frame{.subject = std::string(message.subject()),
              .reply = std::string(message.reply()),
              .body = std::string(message.body()),
              .headers = {},
              .time = clock_.Now()};
  message.VisitHeaders([&](const walnats::Header& header) {
    frame.headers.emplace(header.name, header.value);
  });
  frames.push_back(std::move(frame));
}

std::vector<std::string> Mailbox::Bodies() const {
  std::vector<std::string> bodies;
  for (const Frame& frame : frames) {
    if (frame.IsDelivery()) bodies.push_back(frame.body);
  }
  return bodies;
}

std::string Mailbox::Counts() const {
  std::vector<std::string> counts;
  for (const Frame& frame : frames) {
    if (frame.IsDelivery()) counts.push_back(frame.Token(4));
  }
  return absl::StrJoin(counts, " ");
}

std::string Mailbox::Ends() const {
  std::vector<std::string> ends;
  for (const Frame& frame : frames) {
    if (frame.IsDelivery() || frame.Status() == kHeartbeat) continue;
    ends.push_back(frame.Status());
  }
  return absl::StrJoin(ends, ", ");
}

int Mailbox::Heartbeats() const {
  return static_cast<int>(std::ranges::count_if(
      frames, [](const auto& frame) { return frame.Status() == kHeartbeat; }));
}

// ---- WireContract

void WireContract::SetUp() {
  side_ = MakeSide(GetParam());
  const absl::Status started = side_->Start();
  ASSERT_TRUE(started.ok()) << started;
  std::optional<absl::StatusOr<std::unique_ptr<nats::Wire>>> wire;
  auto connect = [&]() -> Task<void> {
    wire.emplace(co_await side_->ConnectWire());
  };
  side_->Run(connect());
  ASSERT_TRUE(wire->ok()) << wire->status();
  wire_ = **std::move(wire);
  wire_->SetSink(this);
}

void WireContract::TearDown() {
  if (!wire_) return;
  for (Mailbox& mailbox : mailboxes_) mailbox.subscription.reset();
  side_->Run(wire_->Close(kSoon));
}

bool WireContract::Has(testing::model::Difference difference) const {
  const auto version = testing::model::ParseVersion(wire_->server().version);
  return version && testing::model::Has(*version, difference);
}

// What a Wire says of requests without a responder comes past subscriptions.
void WireContract::OnMessage(transport::Message message) {
  for (Mailbox& mailbox : mailboxes_) {
    if (mailbox.address == message.subject()) {
      return mailbox.OnMessage(std::move(message));
    }
  }
  ADD_FAILURE() << "unasked: " << message.subject() << ": " << message.body();
}

void WireContract::OnDown(std::string_view reason) {
  ADD_FAILURE() << "connection lost: " << reason;
}

// ---- frames

Mailbox& WireContract::Listen(std::string_view subject) {
  std::string address = subject.empty()
                            ? Cat(wire_->inbox(), "box.", mailboxes_.size())
                            : std::string(subject);
  Mailbox& mailbox =
      mailboxes_.emplace_back(side_->clock(), std::move(address));
  auto subscription = wire_->Subscribe(mailbox.address, "", mailbox);
  EXPECT_TRUE(subscription.ok()) << subscription.status();
  if (subscription.ok()) mailbox.subscription = *std::move(subscription);
  return mailbox;
}

void WireContract::Leave(Mailbox& mailbox) {
  mailbox.subscription.reset();
  RoundTrip();
}

void WireContract::Send(std::string_view subject, std::string_view body,
                        std::string_view reply) {
  const absl::Status sent = wire_->Publish(
      {.subject = subject, .headers = {}, .body = body, .reply = reply});
  EXPECT_TRUE(sent.ok()) << sent;
}

Frame WireContract::Ask(std::string_view subject, std::string_view body,
                        std::vector<Header> headers) {
  Mailbox& answers = Listen();
  const absl::Status sent = wire_->Publish({.subject = subject,
                                            .headers = headers,
                                            .body = body,
                                            .reply = answers.address});
  EXPECT_TRUE(sent.ok()) << sent;
  if (!Until([&] { return !answers.frames.empty(); })) {
    ADD_FAILURE() << "no answer to " << subject << " " << body;
    return {};
  }
  answers.subscription.reset();
  return answers.frames.front();
}

boost::json::object WireContract::Api(std::string_view verb,
                                      std::string_view body) {
  return Parse(Ask(Cat("$JS.API.", verb), body).body);
}

void WireContract::RoundTrip() {
  Mailbox& echo = Listen();
  Send(echo.address, "echo");
  EXPECT_TRUE(Until([&] { return !echo.frames.empty(); }));
}

// ---- work

void WireContract::MakeWork(std::string_view fields) {
  const boost::json::object stream =
      Api("STREAM.CREATE.work",
          R"({"name":"work","subjects":["work"],"storage":"memory",
          "retention":"limits","num_replicas":1})");
  ASSERT_EQ(ErrorOf(stream), "");
  const boost::json::object consumer =
      Api("CONSUMER.CREATE.work.w.work",
          Cat(R"({"stream_name":"work","config":{"name":"w",
                  "durable_name":"w","filter_subject":"work",
                  "deliver_policy":"all","ack_policy":"explicit",
                  "max_deliver":-1,"ack_wait":1000000000)",
              fields.empty() ? "" : ",", fields, "}}"));
  ASSERT_EQ(ErrorOf(consumer), "");
}

void WireContract::Store(std::vector<std::string_view> bodies) {
  for (const std::string_view body : bodies) {
    const Frame answer = Ask("work", body);
    ASSERT_EQ(ErrorOf(Parse(answer.body)), "");
  }
}

Mailbox& WireContract::Pull(std::string_view request) {
  Mailbox& mailbox = Listen();
  Send("$JS.API.CONSUMER.MSG.NEXT.work.w", request, mailbox.address);
  return mailbox;
}

void WireContract::AwaitPulls(int64_t count) {
  ASSERT_TRUE(Until([&] {
    const boost::json::object info = Api("CONSUMER.INFO.work.w");
    return info.at("num_waiting").to_number<int64_t>() == count;
  }));
}

Frame WireContract::PullOne() {
  Mailbox& pull = Pull("1");
  if (!Until([&] { return !pull.frames.empty(); }) ||
      !pull.frames.front().IsDelivery()) {
    ADD_FAILURE() << "nothing delivered: " << pull.Ends();
    return {};
  }
  return pull.frames.front();
}

int64_t WireContract::AckPending() {
  const boost::json::object info = Api("CONSUMER.INFO.work.w");
  return info.contains("num_ack_pending")
             ? info.at("num_ack_pending").to_number<int64_t>()
             : -1;
}

int64_t WireContract::AckFloor() {
  const boost::json::object info = Api("CONSUMER.INFO.work.w");
  if (!info.contains("ack_floor")) return -1;
  const boost::json::object& floor = info.at("ack_floor").as_object();
  return floor.at("stream_seq").to_number<int64_t>();
}

std::string ErrorOf(const boost::json::object& answer) {
  if (!answer.contains("error")) return "";
  const boost::json::object& error = answer.at("error").as_object();
  std::string text = Cat(error.at("code").as_int64());
  if (error.contains("err_code")) {
    absl::StrAppend(&text, " ", error.at("err_code").as_int64());
  }
  return text;
}

}  // namespace walnats::contract
