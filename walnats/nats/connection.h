#pragma once

// One connection of nats.c that runs on one io_context thread: the Wire of the
// real world. It reconnects by itself, notices a half-open connection with its
// own pings, and never calls into nats.c while it is down.
//
// Threads: everything on the clock's thread, except for connecting, which
// blocks and therefore runs on the process's HelperThread.
//
// Of a session (session.h) it owns at most one, inside an EventLoop; while it
// is down there is none, and the next is opened after a Backoff.

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/nats/backoff.h"
#include "walnats/nats/connection_options.h"
#include "walnats/nats/event_loop.h"
#include "walnats/nats/mailbox.h"
#include "walnats/nats/notices.h"
#include "walnats/nats/server_url.h"
#include "walnats/nats/subscriptions.h"
#include "walnats/nats/wire.h"
#include "walnats/runtime/suspension.h"
#include "walnats/runtime/timer_queue.h"

namespace walnats::nats {

class Connection : public Wire,
                   private EventLoop::Owner,
                   private NoticeSink,
                   private transport::MessageSink {
 public:
  // Connects within connect_limit or says for every url why not: kUnavailable,
  // kDeadlineExceeded, or kUnauthenticated if a server refused the credentials;
  // kInvalidArgument names an invalid url. `clock`'s executor must be an
  // io_context's; both outlive the connection.
  static Task<absl::StatusOr<std::unique_ptr<Connection>>> Connect(
      const ConnectionOptions& options, TimerQueue& clock);

  // Await Close first.
  ~Connection() override;

  // Wire
  void SetSink(WireSink* sink) override { sink_ = sink; }
  bool up() const override { return loop_ != nullptr && !closing_; }
  std::string_view inbox() const override { return inbox_; }
  absl::Status Publish(const transport::Outgoing& message) override;
  bool writable() const override { return !congested_; }
  absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscribe(
      std::string_view subject, std::string_view queue,
      transport::MessageSink& sink) override;
  transport::ServerInfo server() const override { return server_; }
  std::size_t unsent() const override { return unsent_; }
  // Also waits until the server has worked off what was written.
  Task<void> Close(absl::Duration limit) override;

 private:
  static constexpr std::string_view kClosePing = "close";
  using SessionOr = absl::StatusOr<std::unique_ptr<Session>>;

  Connection(const ConnectionOptions& options, std::vector<ServerUrl> urls,
             std::string inbox, TimerQueue& clock);

  // ---- connecting and closing (connection_state.cc)
  Task<absl::Status> ConnectFirst();
  void OpenSoon(absl::Duration limit);
  void OnOpened(SessionOr session);
  void OnOpenFailed(const absl::Status& status);
  void GoUp(std::unique_ptr<Session> session);
  void GoDown();
  void ReconnectSoon();
  Task<void> AwaitWake(absl::FunctionRef<void()> start);
  void WakeClose();

  // ---- while up
  bool DrainOnce();
  void DrainOn();
  void OnPingTime();
  void SendPing(std::string_view body);
  natsStatus Send(const transport::Outgoing& message);
  void LeaveServer();

  // EventLoop::Owner
  EventLoop::Next OnRead(bool first) override;
  void OnWritten() override;
  void OnEnd() override;
  // NoticeSink
  void OnLameDuckNotice(uint64_t subscriber) override;
  void OnErrorNotice(std::string text) override;
  // transport::MessageSink, of the inbox
  void OnMessage(transport::Message message) override;

  const ConnectionOptions options_;
  const std::vector<ServerUrl> urls_;
  const std::string inbox_;  // "_INBOX.<unique>."
  const std::string ping_subject_;
  TimerQueue& clock_;
  const std::shared_ptr<Mailbox> mailbox_;
  WireSink* sink_ = nullptr;
  transport::ServerInfo server_;

  Subscriptions subscriptions_;
  absl::Time slice_end_;  // of handing over messages
  std::unique_ptr<transport::Subscription> inbox_subscription_;
  std::shared_ptr<EventLoop> loop_;  // null while down

  Backoff backoff_;
  Timer reconnect_timer_;
  absl::Time changed_at_;                                  // up or down since
  absl::StatusCode said_failure_ = absl::StatusCode::kOk;  // this outage's
  std::set<std::string> said_errors_;
  struct First;  // where ConnectFirst waits
  First* first_ = nullptr;

  Timer ping_timer_;
  uint64_t reads_at_ping_ = 0;
  int pings_out_ = 0;
  std::string end_reason_;  // ours, if it was us who shut the socket down

  std::size_t unsent_ = 0;  // bytes published since the last complete write
  bool congested_ = false;

  bool leaving_ = false;  // a lame duck
  Timer leave_timer_;     // at the latest

  bool closing_ = false;
  bool closed_ = false;
  Suspension* close_waiter_ = nullptr;
};

}  // namespace walnats::nats
