#include "walnats/nats/notices.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace walnats::nats {
namespace {

struct Receiver {
  std::shared_ptr<Mailbox> mailbox;
  NoticeSink* sink = nullptr;
};

struct Registry {
  std::mutex mutex;
  uint64_t last_number = 0;
  std::unordered_map<uint64_t, Receiver> receivers;
};

Registry& TheRegistry() {
  // Never destroyed: nats.c's thread may outlive main().
  static Registry& registry = *new Registry;
  return registry;
}

uint64_t Register(Receiver receiver) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.receivers[++registry.last_number] = std::move(receiver);
  return registry.last_number;
}

Receiver Find(uint64_t number) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const auto found = registry.receivers.find(number);
  return found == registry.receivers.end() ? Receiver() : found->second;
}

uint64_t NumberOf(void* closure) {
  return reinterpret_cast<std::uintptr_t>(closure);
}

void LameDuck(natsConnection*, void* closure) {
  const uint64_t number = NumberOf(closure);
  const Receiver receiver = Find(number);
  if (!receiver.mailbox) return;
  receiver.mailbox->Post(
      [sink = receiver.sink, number] { sink->OnLameDuckNotice(number); });
}

void AsyncError(natsConnection*, natsSubscription*, natsStatus status,
                void* closure) {
  const Receiver receiver = Find(NumberOf(closure));
  if (!receiver.mailbox) return;
  const char* const detail = nats_GetLastError(nullptr);
  receiver.mailbox->Post(
      [sink = receiver.sink,
       text = std::string(detail ? detail : natsStatus_GetText(status))] {
        sink->OnErrorNotice(text);
      });
}

}  // namespace

Notices::Notices(std::shared_ptr<Mailbox> mailbox, NoticeSink& sink)
    : number_(Register({std::move(mailbox), &sink})) {}

Notices::~Notices() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.receivers.erase(number_);
}

void Notices::Install(natsOptions* options) const {
  void* const closure =
      reinterpret_cast<void*>(static_cast<std::uintptr_t>(number_));
  natsOptions_SetLameDuckModeCB(options, LameDuck, closure);
  natsOptions_SetErrorHandler(options, AsyncError, closure);
}

}  // namespace walnats::nats
