#pragma once

// What all copies of a Client share: the way from any thread to the transport.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
             std::shared_ptr<const Clock> clock);
  // With the message ids of a seed.
  ClientCore(std::shared_ptr<boost::asio::io_context> io,
             std::shared_ptr<const Clock> clock, uint64_t seed);

  // ---- any thread
  // Takes `emission` to the transport's thread, if this is another one.
  void Submit(Emission& emission);
  MessageIds& ids() { return ids_; }
  Executor executor() const;
  bool on_thread() const;
  absl::Time Now() const { return clock_->Now(); }

  struct EmitCounts {
    std::atomic<int64_t> emitted{0}, duplicates{0}, failed{0};
    void Count(const absl::StatusOr<Receipt>& result);
  };
  // Events that may be emitted, with their counts; Allow only before the
  // transport's thread runs. nullptr if it may not be.
  void Allow(std::string_view event);
  EmitCounts* counts(std::string_view event) const;

  // ---- the transport's thread
  // From now on emissions go out; those that waited first. `transport` stays
  // until Close.
  void Open(transport::Transport& transport);

  // Ends what waits, and every later emission, with kFailedPrecondition.
  void Close();

  // Awaited on the transport's thread: the transport, once it is open; it stays
  // until Close. kFailedPrecondition after that.
  Task<absl::StatusOr<transport::Transport*>> Transport();

 private:
  void Dispatch(Emission& emission);
  void TakeIncoming();
  static void Refuse(Emission& emission);

  const std::shared_ptr<boost::asio::io_context> io_;
  const std::shared_ptr<const Clock> clock_;
  MessageIds ids_;
  absl::flat_hash_map<std::string, std::unique_ptr<EmitCounts>> allowed_;

  std::mutex mutex_;
  std::vector<Emission*> incoming_;  // guarded; from other threads
  bool closed_ = false;              // guarded

  transport::Transport* transport_ = nullptr;
  std::vector<Emission*> waiting_;     // for Open
  std::vector<Suspension*> awaiting_;  // the same, in Transport
};

}  // namespace walnats::internal
