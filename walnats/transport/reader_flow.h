#pragma once

// The messages of one consumer of a StreamReader, in a bounded buffer.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "walnats/transport/flow.h"
#include "walnats/transport/stored.h"
#include "walnats/transport/transport.h"

namespace walnats::transport {

class ReaderFlow final : private DeliverySink {
 public:
  // `wake` is called when there may be something new, and may destroy this.
  ReaderFlow(Transport& transport, const std::string& stream,
             const std::string& consumer, std::function<void()> wake);

  bool empty() const { return messages_.empty(); }
  const StoredMessage& front() const { return messages_.front().stored; }
  // The messages behind the first one, when it was sent.
  uint64_t behind() const { return messages_.front().behind; }
  // Takes the first one; asks for more in time.
  StoredMessage Pop();

  // The consumer is gone or cannot be trusted: make another.
  bool lost() const { return lost_; }
  void Lose() { lost_ = true; }

  // By the count of the consumer.
  uint64_t received() const { return received_; }

 private:
  struct Buffered {
    StoredMessage stored;
    uint64_t behind = 0;
    std::size_t size = 0;
  };

  void OnDelivery(Delivery delivery) override;
  void OnIdle() override { Wake(); }
  void OnFlowEvent(FlowEvent event, std::string_view detail) override;

  void Wake() const;

  const std::function<void()> wake_;
  std::deque<Buffered> messages_;
  std::size_t bytes_ = 0;  // of messages_
  uint64_t received_ = 0;
  bool lost_ = false;
  const std::unique_ptr<Flow> flow_;
};

}  // namespace walnats::transport
