#include "walnats/nats/session.h"

#include <cerrno>
#include <utility>

#include "walnats/nats/undeclared.h"

namespace walnats::nats {
namespace {

// A socket that was shut down holds at most its receive buffer, and a read
// takes 32 KiB of it.
constexpr int kReadsToEnd = 1024;

}  // namespace

Session::~Session() {
  End();
  connection_.reset();
}

void Session::ProcessRead() {
  // nats.c looks at errno after a failed SSL_read that has not set it.
  errno = 0;
  {
    const WatchedSocket::Turn turn(socket_);
    natsConnection_ProcessReadEvent(connection_.get());
  }
  AfterEvent();
}

void Session::ProcessWrite() {
  errno = 0;
  {
    const WatchedSocket::Turn turn(socket_);
    natsConnection_ProcessWriteEvent(connection_.get());
  }
  AfterEvent();
}

void Session::End() {
  if (ended_ || !connection_) return;
  socket_.ShutDown();
  for (int i = 0; i < kReadsToEnd && !ended_; ++i) ProcessRead();
  if (ended_) return;
  natsConnection_Close(connection_.get());
  AfterEvent();
}

// From 3.10 nats.c leaves the socket and a reference to us.
void Session::AfterEvent() {
#if NATS_VERSION_NUMBER >= 0x030A00
  if (ended_) natsConnection_ProcessCloseEvent(&nats_socket_);
  if (std::exchange(detached_, false)) {
    natsConnection_ProcessDetachedEvent(connection_.get());
  }
#endif
}

std::string Session::EndReason() {
  const char* text = nullptr;
  const natsStatus status =
      natsConnection_GetLastError(connection_.get(), &text);
  const std::string_view detail = text ? text : "";
  if (!detail.empty() && detail != natsStatus_GetText(status)) {
    return std::string(detail);
  }
  if (status == NATS_CONNECTION_CLOSED) return "closed by the server";
  if (status == NATS_IO_ERROR) return "the network failed";
  return natsStatus_GetText(status);
}

std::vector<MessageHandle> Session::TakeNoResponders() {
  return std::exchange(no_responders_, {});
}

natsStatus Session::Attach(void** user, void* loop, natsConnection*,
                           natsSock socket) {
  Session* const self = static_cast<Session*>(loop);
  *user = self;
  self->nats_socket_ = socket;
  // Only here is it certain that nats.c has not closed the socket.
  return self->socket_.Open(socket) ? NATS_OK : NATS_SYS_ERROR;
}

natsStatus Session::Read(void* user, bool add) {
  if (!add) static_cast<Session*>(user)->ended_ = true;
  return NATS_OK;
}

natsStatus Session::Write(void* user, bool add) {
  static_cast<Session*>(user)->wants_write_ = add;
  return NATS_OK;
}

natsStatus Session::Detach(void* user) {
  static_cast<Session*>(user)->detached_ = true;
  return NATS_OK;
}

void Session::Filter(natsConnection*, natsMsg** message, void* closure) {
  if (!natsMsg_IsNoResponders(*message)) return;
  static_cast<Session*>(closure)->no_responders_.emplace_back(
      std::exchange(*message, nullptr));
}

}  // namespace walnats::nats
