#pragma once

// What all copies of a Client share: the way from any thread to the transport.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "walnats/base/intrusive_list.h"
#include "walnats/client.h"
#include "walnats/client/emission.h"
#include "walnats/client/message_ids.h"
#include "walnats/clock.h"
#include "walnats/runtime/suspension.h"
#include "walnats/transport/transport.h"

namespace boost::asio {
class io_context;
}

namespace walnats::internal {

class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  // Clients keep `io` and `clock` alive; nothing is posted after Close.
  ClientCore(std::shared_ptr<boost::asio::io_context> io,
             std::shared_ptr<Clock> clock);
  // With the message ids of a seed.
  ClientCore(std::shared_ptr<boost::asio::io_context> io,
             std::shared_ptr<Clock> clock, uint64_t seed);

  // ---- any thread
  // Takes `emission` to the transport's thread, if this is another one.
  void Submit(Emission& emission);
  MessageIds& ids() { return ids_; }
  Executor executor() const;
  bool on_thread() const;
  Clock& clock() const { return *clock_; }

  using Work = std::function<Task<absl::Status>(transport::Transport&)>;
  // Runs `work` on the transport's thread, once it is open, and resumes the
  // caller on its own executor. kFailedPrecondition after Close. `cancelled` is
  // called on the transport's thread if the caller is cancelled meanwhile:
  // `work` should end soon then.
  Task<absl::Status> Run(Work work, std::function<void()> cancelled = {});

  struct EmitCounts {
    std::atomic<int64_t> emitted{0}, duplicates{0}, failed{0};
    std::atomic<uint64_t> last_sequence{0};
    void Count(const absl::StatusOr<Receipt>& result);
    void CountStored(uint64_t sequence, bool duplicate);
    void CountFailed() { failed.fetch_add(1, std::memory_order_relaxed); }
  };
  // Events that may be emitted, with their counts; Allow only before the
  // transport's thread runs. nullptr if it may not be.
  void Allow(std::string_view event);
  EmitCounts* counts(std::string_view event) const;

  // ---- the transport's thread
  // From now on emissions go out; those that waited first. `transport` stays
  // until Close.
  void Open(transport::Transport& transport);

  // Ends what waits, and every later emission, with kFailedPrecondition; the
  // transport is gone after it.
  void Close();

  // What uses the transport for longer than a verb, and must end before it
  // does. Forget it before it dies.
  class CloseSink {
   public:
    virtual void OnClose() = 0;

   protected:
    virtual ~CloseSink() = default;

   private:
    friend class ClientCore;
    ListHook<CloseSink> hook_;
  };
  void Watch(CloseSink& sink) { close_sinks_.PushBack(sink); }
  void Forget(CloseSink& sink) { close_sinks_.Remove(sink); }

  // Awaited on the transport's thread: the transport, once it is open; it stays
  // until Close. kFailedPrecondition after that.
  Task<absl::StatusOr<transport::Transport*>> Transport();

 private:
  Task<absl::Status> RunHere(const Work& work);
  void Dispatch(Emission& emission);
  void TakeIncoming();
  static void Refuse(Emission& emission);

  const std::shared_ptr<boost::asio::io_context> io_;
  const std::shared_ptr<Clock> clock_;
  MessageIds ids_;
  absl::flat_hash_map<std::string, std::unique_ptr<EmitCounts>> allowed_;

  std::mutex mutex_;
  std::vector<Emission*> incoming_;  // guarded; from other threads
  bool closed_ = false;              // guarded

  transport::Transport* transport_ = nullptr;
  std::vector<Emission*> waiting_;     // for Open
  std::vector<Suspension*> awaiting_;  // the same, in Transport
  IntrusiveList<CloseSink, &CloseSink::hook_> close_sinks_;
};

}  // namespace walnats::internal
