#include <cassert>
#include <random>
#include <utility>

#include "walnats/base/log.h"
#include "walnats/base/strings.h"
#include "walnats/nats/connect.h"
#include "walnats/nats/connection.h"
#include "walnats/nats/helper_thread.h"
#include "walnats/nats/undeclared.h"

namespace walnats::nats {
namespace {

using absl::StatusCode;

// A server that does not answer blocks the helper thread for so long.
constexpr absl::Duration kReconnectLimit = absl::Seconds(2);

// For a resolver that knows no limit.
constexpr absl::Duration kGrace = absl::Milliseconds(500);

absl::StatusOr<std::vector<ServerUrl>> ParseUrls(
    const std::vector<std::string>& texts) {
  std::vector<ServerUrl> urls;
  for (const std::string& text : texts) {
    absl::StatusOr<ServerUrl> url = ParseServerUrl(text);
    if (!url.ok()) {
      return Error(url.status().code(), "connect: ", url.status().message());
    }
    urls.push_back(*std::move(url));
  }
  if (urls.empty()) {
    return absl::InvalidArgumentError("connect: no server url was given");
  }
  return urls;
}

absl::StatusOr<std::string> MakeInbox() {
  natsInbox* made = nullptr;
  if (natsInbox_Create(&made) != NATS_OK) {
    return absl::InternalError("connect: nats.c cannot make an inbox");
  }
  std::string inbox = Cat(static_cast<const char*>(made), ".");
  natsInbox_Destroy(made);
  return inbox;
}

std::string ServerId(natsConnection* connection) {
  char buffer[128] = "";
  natsConnection_GetConnectedServerId(connection, buffer, sizeof(buffer));
  return buffer;
}

std::string ServerVersion(natsConnection* connection) {
  if (!natsConn_srvVersionAtLeast) return "";
  const auto at_least = [connection](int major, int minor, int patch) {
    return natsConn_srvVersionAtLeast(connection, major, minor, patch);
  };
  int major = 0, minor = 0, patch = 0;
  while (at_least(major + 1, 0, 0)) ++major;
  while (at_least(major, minor + 1, 0)) ++minor;
  while (at_least(major, minor, patch + 1)) ++patch;
  return Cat(major, ".", minor, ".", patch);
}

transport::ServerInfo DescribeServer(Session& session) {
  transport::ServerInfo server;
  server.name = ServerId(session.connection());
  server.version = ServerVersion(session.connection());
  server.url = session.url().address;
  server.max_payload = natsConnection_GetMaxPayload(session.connection());
  return server;
}

}  // namespace

struct Connection::First {
  Suspension waiter;
  SessionOr session;
};

Connection::Connection(const ConnectionOptions& options,
                       std::vector<ServerUrl> urls, std::string inbox,
                       TimerQueue& clock)
    : options_(options),
      urls_(std::move(urls)),
      inbox_(std::move(inbox)),
      ping_subject_(inbox_ + "k"),
      clock_(clock),
      mailbox_(std::make_shared<Mailbox>(clock.executor())),
      subscriptions_(clock,
                     [this] {
                       if (loop_ != nullptr) loop_->WriteSoon();
                     }),
      backoff_(options.reconnect_delay, options.reconnect_delay_max,
               std::random_device()()),
      reconnect_timer_(clock, [this] { OpenSoon(kReconnectLimit); }),
      changed_at_(clock.Now()),
      ping_timer_(clock, [this] { OnPingTime(); }),
      leave_timer_(clock, [this] { LeaveServer(); }) {}

Connection::~Connection() { assert(closed_ && "await Close first"); }

Task<absl::StatusOr<std::unique_ptr<Connection>>> Connection::Connect(
    const ConnectionOptions& options, TimerQueue& clock) {
  absl::StatusOr<std::vector<ServerUrl>> urls = ParseUrls(options.urls);
  if (!urls.ok()) co_return urls.status();
  absl::StatusOr<std::string> inbox = MakeInbox();
  if (!inbox.ok()) co_return inbox.status();
  std::unique_ptr<Connection> connection(
      new Connection(options, *std::move(urls), *std::move(inbox), clock));
  absl::Status status = co_await connection->ConnectFirst();
  if (!status.ok()) co_return status;
  co_return connection;
}

Task<absl::Status> Connection::ConnectFirst() {
  // Nothing can refuse it while nothing is connected.
  inbox_subscription_ = *subscriptions_.Add(inbox_ + "*", "", *this);
  First first;
  Timer limit(clock_,
              [this] { OnOpened(NoAnswer(urls_, options_.connect_limit)); });
  const auto start = [&] {
    first_ = &first;
    OpenSoon(options_.connect_limit);
    limit.Set(clock_.Now() + options_.connect_limit + kGrace);
  };
  co_await first.waiter.Wait(start);
  limit.Cancel();
  if (!first.session.ok()) {
    co_await Close(absl::ZeroDuration());
    co_return first.session.status();
  }
  Log(LogLevel::kInfo, "connected to ", (*first.session)->url().address);
  GoUp(*std::move(first.session));
  co_return absl::OkStatus();
}

// Whoever comes back after the mailbox was closed is dropped, session and all.
void Connection::OpenSoon(absl::Duration limit) {
  NoticeSink& sink = *this;
  auto open = [this, mailbox = mailbox_, urls = urls_, options = options_,
               limit,
               notices = std::make_shared<const Notices>(mailbox_, sink)] {
    if (!mailbox->open()) return;
    SessionOr session = OpenAny(urls, options, limit, notices);
    mailbox->Post([this, session = std::move(session)]() mutable {
      OnOpened(std::move(session));
    });
  };
  HelperThread::Get().Run(std::move(open));
}

void Connection::OnOpened(SessionOr session) {
  if (first_ != nullptr) {
    First& first = *std::exchange(first_, nullptr);
    first.session = std::move(session);
    first.waiter.Resume();
  } else if (closing_) {
    return;
  } else if (!session.ok()) {
    OnOpenFailed(session.status());
  } else {
    Log(LogLevel::kDebug, "connection restored, to ",
        (*session)->url().address, ", after ",
        absl::FormatDuration(clock_.Now() - changed_at_));
    GoUp(*std::move(session));
    if (sink_ != nullptr) sink_->OnUp();
  }
}

void Connection::OnOpenFailed(const absl::Status& status) {
  if (std::exchange(said_failure_, status.code()) != status.code()) {
    const bool refused = status.code() == StatusCode::kUnauthenticated;
    Log(refused ? LogLevel::kError : LogLevel::kInfo, status.message());
  }
  ReconnectSoon();
}

void Connection::ReconnectSoon() {
  reconnect_timer_.Set(clock_.Now() + backoff_.Next());
}

void Connection::GoUp(std::unique_ptr<Session> session) {
  server_ = DescribeServer(*session);
  changed_at_ = clock_.Now();
  said_failure_ = StatusCode::kOk;
  end_reason_.clear();
  pings_out_ = 0;
  reads_at_ping_ = 0;
  EventLoop::Owner& owner = *this;
  loop_ =
      std::make_shared<EventLoop>(clock_.executor(), std::move(session), owner);
  subscriptions_.Open(loop_->session().connection());
  loop_->Start();
  ping_timer_.Set(clock_.Now() + options_.ping_interval);
}

void Connection::GoDown() {
  subscriptions_.Close();
  std::exchange(loop_, nullptr)->Stop();
  changed_at_ = clock_.Now();
  ping_timer_.Cancel();
  leave_timer_.Cancel();
  leaving_ = false;
  unsent_ = 0;
  congested_ = false;
}

void Connection::OnEnd() {
  const std::string reason =
      end_reason_.empty() ? loop_->session().EndReason() : end_reason_;
  const bool lasted =
      clock_.Now() - changed_at_ >= options_.reconnect_delay_max;
  GoDown();
  WakeClose();
  if (closing_) return;
  // Whoever owns it says so: it is a condition of theirs.
  Log(LogLevel::kDebug, "connection to ", server_.url, " lost: ", reason);
  // A server that ends every connection at once is not pressed.
  if (lasted) backoff_.Reset();
  ReconnectSoon();
  if (sink_ != nullptr) sink_->OnDown(reason);
}

Task<void> Connection::Close(absl::Duration limit) {
  assert(!closing_);
  closing_ = true;
  sink_ = nullptr;
  reconnect_timer_.Cancel();
  leave_timer_.Cancel();
  // Whoever called may stand in one of our callbacks: let it return.
  const auto yield = [this] { WakeClose(); };
  co_await AwaitWake(yield);
  Timer timer(clock_, [this] { WakeClose(); });
  const auto flush = [&] {
    SendPing(kClosePing);
    timer.Set(clock_.Now() + limit);
  };
  if (loop_ != nullptr) co_await AwaitWake(flush);
  if (loop_ != nullptr) GoDown();
  mailbox_->Close();
  closed_ = true;
}

Task<void> Connection::AwaitWake(absl::FunctionRef<void()> start) {
  Suspension waiter;
  close_waiter_ = &waiter;
  co_await waiter.Wait(start);
}

// Never resumes inside a callback of nats.c or of ours.
void Connection::WakeClose() {
  if (close_waiter_ == nullptr) return;
  mailbox_->Post(
      [waiter = std::exchange(close_waiter_, nullptr)] { waiter->Resume(); });
}

}  // namespace walnats::nats
