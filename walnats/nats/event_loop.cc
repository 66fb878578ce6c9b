#include "walnats/nats/event_loop.h"

#include <sys/ioctl.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "walnats/nats/helper_thread.h"

namespace walnats::nats {
namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

namespace {

// More reads per wait spare wake-ups; fewer let other work in.
constexpr int kReadsPerWait = 16;

}  // namespace

// Borrows the session's socket: it is released, never closed.
struct EventLoop::Descriptor {
  explicit Descriptor(const Executor& executor) : stream(executor) {}
  ~Descriptor() { Release(); }
  void Release() {
    if (stream.is_open()) stream.release();
  }
  stream_descriptor stream;
};

EventLoop::EventLoop(const Executor& executor, std::unique_ptr<Session> session,
                     Owner& owner)
    : descriptor_(std::make_unique<Descriptor>(executor)),
      session_(std::move(session)),
      owner_(&owner) {
  descriptor_->stream.assign(session_->socket().get());
  HelperThread::Get().Watch(session_->socket());
}

EventLoop::~EventLoop() { Stop(); }

void EventLoop::Start() {
  AwaitReadable();
  WriteSoon();
}

void EventLoop::Stop() {
  owner_ = nullptr;
  if (!session_) return;
  descriptor_->Release();
  // Watched to its end, which reads what the server still had to say.
  session_->End();
  HelperThread::Get().Unwatch(session_->socket());
  session_.reset();
}

void EventLoop::Resume() {
  if (owner_ == nullptr || !std::exchange(paused_, false)) return;
  AwaitReadable();
}

void EventLoop::WriteSoon() {
  if (owner_ == nullptr || !session_->wants_write()) return;
  if (in_turn_ || flush_posted_ || awaiting_writable_) return;
  flush_posted_ = true;
  asio::post(descriptor_->stream.get_executor(), [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->Flush();
  });
}

void EventLoop::AwaitReadable() {
  descriptor_->stream.async_wait(
      stream_descriptor::wait_read,
      [self = shared_from_this()](error_code) { self->OnReadable(); });
}

void EventLoop::OnReadable() {
  if (owner_ == nullptr) return;
  in_turn_ = true;
  bool again = true;
  for (int i = 0; i < kReadsPerWait && again; ++i) {
    again = ReadOnce(i == 0) && MoreToRead();
  }
  in_turn_ = false;
  if (Ended()) return;
  Flush();
  if (owner_ != nullptr && !paused_) AwaitReadable();
}

bool EventLoop::ReadOnce(bool first) {
  session_->ProcessRead();
  ++reads_;
  if (session_->ended()) return false;
  const Next next = owner_->OnRead(first);
  paused_ = next == Next::kPause;
  return next == Next::kReadOn;
}

bool EventLoop::MoreToRead() const {
  int available = 0;
  return ::ioctl(session_->socket().get(), FIONREAD, &available) == 0 &&
         available > 0;
}

void EventLoop::Flush() {
  if (owner_ == nullptr || awaiting_writable_ || !session_->wants_write()) {
    return;
  }
  session_->ProcessWrite();
  if (Ended()) return;
  if (session_->wants_write()) {
    AwaitWritable();
  } else {
    owner_->OnWritten();
  }
}

void EventLoop::AwaitWritable() {
  awaiting_writable_ = true;
  descriptor_->stream.async_wait(stream_descriptor::wait_write,
                                 [self = shared_from_this()](error_code) {
                                   self->awaiting_writable_ = false;
                                   self->Flush();
                                 });
}

bool EventLoop::Ended() {
  if (!session_->ended()) return false;
  // Its owner lets go of it inside.
  const std::shared_ptr<EventLoop> self = shared_from_this();
  owner_->OnEnd();
  return true;
}

}  // namespace walnats::nats
