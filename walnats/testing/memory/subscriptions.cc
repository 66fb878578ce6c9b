#include "walnats/testing/memory/subscriptions.h"

#include <string>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/subject.h"
#include "walnats/transport/owned_message.h"

namespace walnats::testing {

// Shared with its Ticket and with what is on its way; each may outlive the
// others.
class MemorySubscriptions::Entry final
    : public Receiver,
      public std::enable_shared_from_this<Entry> {
 public:
  Entry(MemorySubscriptions& owner, std::string_view subject,
        std::string_view queue, transport::MessageSink& sink)
      : owner_(&owner), subject_(subject), queue_(queue), sink_(&sink) {}

  void Open() {
    if (stopped_) return;
    id_ = owner_->link_.broker().Listen(subject_, queue_, *this);
  }
  void Close() {
    if (id_ != 0) owner_->link_.broker().Unlisten(std::exchange(id_, 0));
  }
  void Stop() {
    stopped_ = true;
    Close();
  }
  // Nobody wants what is on its way.
  void End() {
    Stop();
    sink_ = nullptr;
  }
  void Detach() {
    Close();
    owner_ = nullptr;
  }
  MemorySubscriptions* owner() const { return owner_; }

  void Receive(const transport::Outgoing& message) override {
    owner_->link_.FromServer([self = shared_from_this(),
                              copy = transport::OwnedMessage(
                                  message.subject, message.reply,
                                  message.headers, message.body)]() mutable {
      if (self->sink_ != nullptr) self->sink_->OnMessage(std::move(copy));
    });
  }

 private:
  MemorySubscriptions* owner_;  // null once that is closed
  const std::string subject_;
  const std::string queue_;
  transport::MessageSink* sink_;  // null once ended
  SubjectRouter::Id id_ = 0;      // 0 while the server does not know it
  bool stopped_ = false;
};

class MemorySubscriptions::Ticket : public transport::Subscription {
 public:
  explicit Ticket(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
  ~Ticket() override {
    entry_->End();
    if (entry_->owner() != nullptr) {
      std::erase(entry_->owner()->entries_, entry_);
    }
  }
  void Stop() override { entry_->Stop(); }

 private:
  const std::shared_ptr<Entry> entry_;
};

absl::StatusOr<std::unique_ptr<transport::Subscription>>
MemorySubscriptions::Add(std::string_view subject, std::string_view queue,
                         transport::MessageSink& sink) {
  const bool good = model::IsSubject(subject);
  if (!good || queue.find_first_of(" \t\r\n") != queue.npos) {
    return Error(absl::StatusCode::kFailedPrecondition, "subscribe ",
                 Quoted(subject), ": ",
                 good ? "Invalid queue name" : "Invalid Subject");
  }
  auto entry = std::make_shared<Entry>(*this, subject, queue, sink);
  if (link_.up()) entry->Open();
  entries_.push_back(entry);
  return std::make_unique<Ticket>(std::move(entry));
}

void MemorySubscriptions::OnDown() {
  for (const std::shared_ptr<Entry>& entry : entries_) entry->Close();
}

void MemorySubscriptions::OnUp() {
  for (const std::shared_ptr<Entry>& entry : entries_) entry->Open();
}

void MemorySubscriptions::Close() {
  for (const std::shared_ptr<Entry>& entry : entries_) entry->Detach();
  entries_.clear();
}

}  // namespace walnats::testing
