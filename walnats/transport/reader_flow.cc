#include "walnats/transport/reader_flow.h"

#include <utility>

namespace walnats::transport {
namespace {

constexpr int kMessages = 1000;
constexpr std::size_t kBytes = 8 << 20;
constexpr FlowOptions kOptions = {.heartbeat = absl::Seconds(5),
                                  .expires = absl::Seconds(30),
                                  .max_bytes = 4 << 20};

StoredMessage Copy(const Delivery& delivery) {
  const Message& message = delivery.message();
  StoredMessage stored;
  stored.subject = message.subject();
  stored.sequence = delivery.info().stream_sequence;
  stored.time = delivery.info().time;
  stored.body = message.body();
  message.VisitHeaders([&stored](const Header& header) {
    stored.headers.push_back(
        {std::string(header.name), std::string(header.value)});
  });
  return stored;
}

std::size_t SizeOf(const StoredMessage& message) {
  std::size_t size = message.subject.size() + message.body.size();
  for (const StoredHeader& header : message.headers) {
    size += header.name.size() + header.value.size();
  }
  return size;
}

}  // namespace

ReaderFlow::ReaderFlow(Transport& transport, const std::string& stream,
                       const std::string& consumer, std::function<void()> wake)
    : wake_(std::move(wake)),
      flow_(transport.Open(stream, consumer, kOptions, *this)) {
  flow_->Want(kMessages);
}

StoredMessage ReaderFlow::Pop() {
  Buffered first = std::move(messages_.front());
  messages_.pop_front();
  bytes_ -= first.size;
  // By the half, so that a slow reader does not ask for one at a time.
  const int left = static_cast<int>(messages_.size());
  if (left <= kMessages / 2 && bytes_ <= kBytes / 2) {
    flow_->Want(kMessages - left);
  }
  return std::move(first.stored);
}

// Nothing is acked, so what does not arrive is never sent again: only the
// consumer's count tells.
void ReaderFlow::OnDelivery(Delivery delivery) {
  if (lost_) return;
  if (delivery.info().consumer_sequence != received_ + 1) {
    lost_ = true;
    return;
  }
  ++received_;
  Buffered next;
  next.stored = Copy(delivery);
  next.behind = delivery.info().pending;
  next.size = SizeOf(next.stored);
  bytes_ += next.size;
  messages_.push_back(std::move(next));
  if (bytes_ > kBytes) flow_->Want(0);
}

void ReaderFlow::OnFlowEvent(FlowEvent event, std::string_view) {
  if (event == FlowEvent::kResumed) return;
  lost_ = true;
  Wake();
}

// A copy, because this may die inside.
void ReaderFlow::Wake() const {
  const std::function<void()> wake = wake_;
  wake();
}

}  // namespace walnats::transport
