#pragma once

// Polls a Session's socket on an io thread: reads while there is something,
// writes once per turn. The session belongs to it.

#include <cstdint>
#include <memory>

#include "walnats/nats/session.h"
#include "walnats/task.h"

namespace walnats::nats {

// Everything on the executor's thread.
class EventLoop : public std::enable_shared_from_this<EventLoop> {
 public:
  enum class Next {
    kReadOn,  // if there is more
    kYield,   // first let the io_context do other work
    kPause,   // not before Resume
  };

  class Owner {
   public:
    // nats.c has queued what was read; `first` since the thread was the
    // io_context's.
    virtual Next OnRead(bool first) = 0;
    // The write buffer is empty.
    virtual void OnWritten() = 0;
    // The session has ended by itself. Stop comes next.
    virtual void OnEnd() = 0;

   protected:
    ~Owner() = default;
  };

  EventLoop(const Executor& executor, std::unique_ptr<Session> session,
            Owner& owner);
  ~EventLoop();

  void Start();
  void Resume();

  // After calls into nats.c that may have left something in its buffer:
  // writes at the end of this turn, or in the next.
  void WriteSoon();

  // Ends and destroys the session; the owner hears nothing more. Not from
  // within the owner's OnRead.
  void Stop();

  // Not after Stop.
  Session& session() { return *session_; }

  // Grows while the server sends anything, unless it is not listened to.
  uint64_t reads() const { return reads_; }
  bool paused() const { return paused_; }

 private:
  struct Descriptor;

  void AwaitReadable();
  void OnReadable();
  bool ReadOnce(bool first);  // false: do not go on
  bool MoreToRead() const;
  void AwaitWritable();
  void Flush();
  bool Ended();

  const std::unique_ptr<Descriptor> descriptor_;
  std::unique_ptr<Session> session_;
  Owner* owner_;  // null once stopped
  uint64_t reads_ = 0;
  bool in_turn_ = false;
  bool paused_ = false;
  bool flush_posted_ = false;
  bool awaiting_writable_ = false;
};

}  // namespace walnats::nats
