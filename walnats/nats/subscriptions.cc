#include "walnats/nats/subscriptions.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/nats/nats_message.h"
#include "walnats/nats/undeclared.h"

namespace walnats::nats {
namespace {

// Reading the clock costs a hundredth of a message.
constexpr int kMessagesPerClock = 4;

}  // namespace

// Shared with its Ticket, which may outlive everything else.
struct Subscriptions::Entry {
  std::string subject;
  std::string queue;
  transport::MessageSink* sink = nullptr;  // null once ended
  SubscriptionHandle handle;               // null while closed
  bool stopped = false;
  Subscriptions* owner = nullptr;
};

class Subscriptions::Ticket : public transport::Subscription {
 public:
  explicit Ticket(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  ~Ticket() override {
    entry_->sink = nullptr;
    entry_->handle.reset();
    if (entry_->owner != nullptr) entry_->owner->OnTicketEnded();
  }
  void Stop() override {
    if (entry_->owner != nullptr) entry_->owner->StopEntry(*entry_);
  }

 private:
  const std::shared_ptr<Entry> entry_;
};

Subscriptions::Subscriptions(Clock& clock, std::function<void()> written)
    : clock_(clock), written_(std::move(written)) {}

Subscriptions::~Subscriptions() {
  assert(!draining_);
  Close();
  for (const std::shared_ptr<Entry>& entry : entries_) entry->owner = nullptr;
}

absl::StatusOr<std::unique_ptr<transport::Subscription>> Subscriptions::Add(
    std::string_view subject, std::string_view queue,
    transport::MessageSink& sink) {
  auto entry = std::make_shared<Entry>();
  entry->subject = subject;
  entry->queue = queue;
  entry->sink = &sink;
  entry->owner = this;
  if (connection_ != nullptr) {
    absl::Status status = OpenEntry(*entry);
    if (!status.ok()) return status;
  }
  entries_.push_back(entry);
  return std::make_unique<Ticket>(std::move(entry));
}

void Subscriptions::Open(natsConnection* connection) {
  connection_ = connection;
  for (const std::shared_ptr<Entry>& entry : entries_) {
    if (entry->sink == nullptr || entry->stopped) continue;
    OpenEntry(*entry).IgnoreError();
  }
}

void Subscriptions::Close() {
  assert(!draining_);
  connection_ = nullptr;
  for (const std::shared_ptr<Entry>& entry : entries_) entry->handle.reset();
}

absl::Status Subscriptions::OpenEntry(Entry& entry) {
  natsSubscription* made = nullptr;
  const natsStatus status =
      entry.queue.empty()
          ? natsConnection_SubscribeSync(&made, connection_,
                                         entry.subject.c_str())
          : natsConnection_QueueSubscribeSync(
                &made, connection_, entry.subject.c_str(), entry.queue.c_str());
  if (status != NATS_OK) {
    return Error(absl::StatusCode::kFailedPrecondition, "subscribe ",
                 Quoted(entry.subject), ": ", natsStatus_GetText(status));
  }
  entry.handle.reset(made);
  // The default drops what exceeds 65,536 messages, without a word.
  natsSubscription_SetPendingLimits(made, -1, -1);
  written_();
  return absl::OkStatus();
}

void Subscriptions::StopEntry(Entry& entry) {
  entry.stopped = true;
  if (!entry.handle) return;
  if (natsConn_enqueueUnsubProto && natsConn_lockAndRetain &&
      natsConn_unlockAndRelease) {
    const int64_t id = natsSubscription_GetID(entry.handle.get());
    natsConn_lockAndRetain(connection_);
    natsConn_enqueueUnsubProto(connection_, id);
    natsConn_unlockAndRelease(connection_);
  } else {
    entry.handle.reset();
  }
  written_();
}

bool Subscriptions::Drain(absl::Time until) {
  assert(!draining_);
  draining_ = true;
  bool complete = true;
  const std::size_t count = entries_.size();
  for (std::size_t i = 0; i < count && complete; ++i) {
    const std::size_t index = (first_ + i) % count;
    const std::shared_ptr<Entry> entry = entries_[index];
    complete = DrainEntry(*entry, until);
    if (!complete) first_ = index + 1;
  }
  draining_ = false;
  Compact();
  return complete;
}

// GetPending comes first because NextMsg is slow on an empty queue.
bool Subscriptions::DrainEntry(Entry& entry, absl::Time until) {
  int pending = 0;
  if (!entry.handle || natsSubscription_GetPending(entry.handle.get(), &pending,
                                                   nullptr) != NATS_OK) {
    return true;
  }
  for (int i = 1; i <= pending; ++i) {
    natsMsg* raw = nullptr;
    const natsStatus status =
        natsSubscription_NextMsg(&raw, entry.handle.get(), 0);
    if (status == NATS_NO_RESPONDERS) continue;  // see undeclared.h
    if (status != NATS_OK) return true;
    entry.sink->OnMessage(WrapMessage(MessageHandle(raw)));
    if (!entry.handle) return true;  // ended inside
    if (i % kMessagesPerClock == 0 && clock_.Now() >= until) {
      return i == pending;
    }
  }
  return true;
}

void Subscriptions::OnTicketEnded() {
  Compact();
  if (connection_ != nullptr) written_();  // its UNSUB
}

void Subscriptions::Compact() {
  if (draining_) return;
  std::erase_if(entries_, [](const std::shared_ptr<Entry>& entry) {
    return entry->sink == nullptr;
  });
}

}  // namespace walnats::nats
