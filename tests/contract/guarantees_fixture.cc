#include "tests/contract/guarantees_fixture.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "tests/integration/eventually.h"
#include "walnats/base/strings.h"
#include "walnats/log.h"
#include "walnats/runtime/spawn.h"
#include "walnats/services/validate.h"

namespace walnats::contract {
namespace {

boost::asio::io_context& ContextOf(TimerQueue& clock) {
  return static_cast<boost::asio::io_context&>(clock.executor().context());
}

}  // namespace

// ---- Process

class Process::Connected final : public transport::Connector {
 public:
  explicit Connected(std::unique_ptr<transport::Transport> transport)
      : transport_(std::move(transport)) {}

  Task<absl::StatusOr<std::unique_ptr<transport::Transport>>> Connect(
      TimerQueue&) override {
    co_return std::move(transport_);
  }

 private:
  std::unique_ptr<transport::Transport> transport_;
};

Process::Process(TimerQueue& clock,
                 std::unique_ptr<transport::Transport> transport,
                 std::vector<Service> services, ServicesOptions options)
    : options_(std::move(options)),
      services_(std::move(services)),
      connector_(std::make_unique<Connected>(std::move(transport))) {
  const std::shared_ptr<void> nobody;
  client_ = std::make_shared<internal::ClientCore>(
      std::shared_ptr<boost::asio::io_context>(nobody, &ContextOf(clock)),
      std::shared_ptr<Clock>(nobody, &clock));
  for (const EventInfo& event : internal::EventsOf(services_)) {
    client_->Allow(event.name());
  }
  lifecycle_.emplace(options_, services_, client_, clock,
                     [this] { ready_ = true; });
  Spawn(clock.executor(), lifecycle_->Run(*connector_),
        [this](absl::Status status) { ended_ = std::move(status); });
}

// ---- Guarantees

Guarantees::Guarantees() { SetLogLevel(LogLevel::kOff); }

void Guarantees::TearDown() {
  closed_ = false;
  for (Process& process : processes_) process.Stop();
  EXPECT_TRUE(Eventually([&] {
    return std::ranges::all_of(
        processes_, [](const Process& one) { return one.ended().has_value(); });
  })) << "a process does not end";
  processes_.clear();
  Contract::TearDown();
  SetLogLevel(LogLevel::kWarning);
}

ServicesOptions Guarantees::Options() const {
  ServicesOptions options;
  options.heartbeat = absl::Seconds(5);
  return options;
}

Process& Guarantees::Launch(Service service, ServicesOptions options) {
  std::vector<Service> services;
  services.push_back(std::move(service));
  return processes_.emplace_back(clock(), Connect(), std::move(services),
                                 std::move(options));
}

Process& Guarantees::Start(Service service, ServicesOptions options) {
  Process& process = Launch(std::move(service), std::move(options));
  EXPECT_TRUE(Until([&] { return process.ready() || process.ended(); }));
  EXPECT_TRUE(process.ready()) << process.ended().value_or(absl::OkStatus());
  return process;
}

void Guarantees::Stop(Process& process) {
  process.Stop();
  ASSERT_TRUE(Until([&] { return process.ended().has_value(); }));
  EXPECT_THAT(*process.ended(), IsOk());
}

Process& Guarantees::Emitter() {
  if (emitter_ == nullptr) {
    emitter_ = &Start({.name = "feed", .emits = {*event_, kMailSent}});
  }
  return *emitter_;
}

void Guarantees::RestartServer(absl::Duration away) {
  Contract::RestartServer(away);
  ASSERT_TRUE(
      Until([&] { return Run(transport().GetStream("parcel-sent")).ok(); }));
}

Actor Guarantees::Mailer(ActorOptions options) {
  auto handle = [this](const std::string& text,
                       const Context& context) -> Task<absl::Status> {
    attempts_.push_back(
        {text, context.sequence(), context.attempt(), context.clock().Now()});
    most_ = std::max(most_, ++running_);
    const auto leave = [this](void*) { --running_; };
    const std::unique_ptr<void, decltype(leave)> left(this, leave);
    while (closed_) co_await context.clock().Sleep(absl::Milliseconds(5));
    if (!handle_) co_return absl::OkStatus();
    co_return co_await handle_(text, context);
  };
  return Actor("mailer", *event_, handle, std::move(options));
}

bool Guarantees::Eventually(absl::FunctionRef<bool()> condition) {
  return testing::Eventually(
      [&] { return Until(condition, absl::Milliseconds(20)); },
      absl::Seconds(10));
}

// ---- messages

void Guarantees::EmitMany(int count) {
  for (int i = 1; i <= count; ++i) {
    ASSERT_THAT(Emit(Emitter(), *event_, Cat(i)), IsOk());
  }
}

std::vector<std::string> Guarantees::Texts() const {
  std::vector<std::string> texts;
  for (const Attempt& attempt : attempts_) texts.push_back(attempt.text);
  return texts;
}

std::vector<int64_t> Guarantees::Numbers() const {
  std::vector<int64_t> numbers;
  for (const Attempt& attempt : attempts_) numbers.push_back(attempt.number);
  return numbers;
}

bool Guarantees::Settled(uint64_t sequence) {
  const transport::ConsumerInfo info = MailerInfo();
  return info.ack_pending == 0 && info.pending == 0 &&
         info.ack_floor_stream_sequence == sequence;
}

std::vector<v1::DeadLetter> Guarantees::DeadLetters() {
  std::vector<v1::DeadLetter> letters;
  if (!Run(transport().GetStream("walnats-dead")).ok()) return letters;
  for (const uint64_t sequence : Sequences("walnats-dead")) {
    transport::GetOptions get;
    get.sequence = sequence;
    const auto message = Run(transport().GetMessage("walnats-dead", get));
    if (!message.ok() || !message->subject.starts_with("walnats-dead.")) {
      continue;
    }
    EXPECT_TRUE(letters.emplace_back().ParseFromString(message->body));
  }
  return letters;
}

}  // namespace walnats::contract
