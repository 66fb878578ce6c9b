#pragma once

// What a StreamReader is made of. Everything happens inside Next, one thing at
// a time; its consumer's flow and the clock only wake it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "walnats/runtime/spawn.h"
#include "walnats/runtime/suspension.h"
#include "walnats/transport/reader_flow.h"
#include "walnats/transport/stream_reader.h"

namespace walnats::transport {

// Its coroutines keep it alive. Once it is closed the transport may be gone, so
// that is asked after every co_await.
class StreamReader::Core : public std::enable_shared_from_this<Core> {
 public:
  using Result = absl::StatusOr<std::optional<StoredMessage>>;

  Core(Transport& transport, Clock& clock, std::string stream,
       ReadOptions options);

  static Task<Result> Next(std::shared_ptr<Core> self);
  void Close();

 private:
  // What can be said without asking the server, if anything.
  std::optional<Result> Tell();
  const StoredMessage* front() const;
  StoredMessage Take();
  // Not among what was asked for.
  bool Skips(const StoredMessage& message) const;
  // Takes one step towards the next message.
  Task<absl::Status> Advance();
  absl::Status Failed(const absl::Status& status) const;

  // ---- the stream and the place in it
  Task<absl::Status> Open();
  Task<absl::Status> FindStart(StreamInfo info);
  Task<absl::Status> FindLast();
  absl::Status CheckCreated(absl::Time created) const;
  std::vector<std::string> ServerFilters() const;

  // ---- by a consumer
  Task<absl::Status> MakeConsumer();
  ConsumerConfig Config() const;
  void DropConsumer();
  // Whether the consumer has sent what never came, or has no more to send.
  Task<void> Check();

  // ---- by single messages
  Task<absl::Status> Poll();
  Task<absl::Status> Fetch();

  // ---- waiting
  static Task<absl::Status> Tick(std::shared_ptr<Core> self);
  void OnTick();
  Task<void> AwaitWake();
  void Wake();

  // What a look at the consumer has shown; it counts if the next one shows the
  // same, since deliveries may be on their way.
  struct Look {
    uint64_t received = 0;
    bool ahead = false;  // of what we have received
    bool idle = false;
  };

  Transport& transport_;
  Clock& clock_;
  const std::string stream_;
  const ReadOptions options_;
  std::optional<Executor> executor_;  // since the first Next

  bool found_ = false;   // the stream, once, and what follows:
  bool single_ = false;  // no consumer
  absl::Time created_;
  DeliverPolicy deliver_ = DeliverPolicy::kAll;
  uint64_t start_ = 0;     // nothing below this sequence
  uint64_t position_ = 0;  // the last one read
  uint64_t end_ = 0;       // the last one at the start

  bool at_end_ = false;
  bool end_told_ = false;
  absl::Status failure_;               // for good
  std::optional<absl::Time> give_up_;  // since when nothing has worked

  bool open_ = false;
  std::string consumer_;  // empty: none
  std::unique_ptr<ReaderFlow> flow_;
  std::optional<StoredMessage> fetched_;
  bool dry_ = false;  // the last Fetch has found nothing
  Look look_;

  Cancellation ticks_;
  int quiet_ticks_ = 0;
  bool check_ = false;
  bool waiting_ = false;
  bool closed_ = false;
  Suspension wake_;
};

}  // namespace walnats::transport
