#include "walnats/nats/nats_message.h"

#include <cstdlib>
#include <memory>

#include "walnats/base/strings.h"
#include "walnats/nats/c_string.h"

namespace walnats::nats {
namespace {

// What nats.c allocates for its caller.
struct Freer {
  void operator()(const char** strings) const { std::free(strings); }
};
using Strings = std::unique_ptr<const char*[], Freer>;

void Destroy(void* raw) { Destroyer()(static_cast<natsMsg*>(raw)); }

std::optional<std::string_view> Find(void* raw, std::string_view name) {
  const char* value = nullptr;
  const natsStatus status = natsMsgHeader_Get(static_cast<natsMsg*>(raw),
                                              CString(name).get(), &value);
  if (status != NATS_OK || value == nullptr) return std::nullopt;
  return value;
}

void VisitValues(natsMsg* message, const char* name,
                 transport::HeaderVisitor visitor) {
  const char** raw = nullptr;
  int count = 0;
  if (natsMsgHeader_Values(message, name, &raw, &count) != NATS_OK) return;
  const Strings values(raw);
  for (int i = 0; i < count; ++i) visitor({name, values[i]});
}

void Visit(void* raw, transport::HeaderVisitor visitor) {
  natsMsg* const message = static_cast<natsMsg*>(raw);
  const char** keys = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(message, &keys, &count) != NATS_OK) return;
  const Strings names(keys);
  for (int i = 0; i < count; ++i) VisitValues(message, names[i], visitor);
}

constexpr transport::Message::Ops kOps = {Destroy, Find, Visit};

std::string_view View(const char* text) { return text ? text : ""; }

}  // namespace

transport::Message WrapMessage(MessageHandle message) {
  natsMsg* const raw = message.release();
  const char* const data = natsMsg_GetData(raw);
  const std::string_view body =
      data ? std::string_view(data, natsMsg_GetDataLength(raw)) : "";
  return transport::Message(View(natsMsg_GetSubject(raw)),
                            View(natsMsg_GetReply(raw)), body, raw, &kOps);
}

absl::StatusOr<MessageHandle> MakeMessage(const transport::Outgoing& message) {
  natsMsg* raw = nullptr;
  const CString reply(message.reply);
  natsStatus status = natsMsg_Create(
      &raw, CString(message.subject).get(),
      message.reply.empty() ? nullptr : reply.get(), message.body.data(),
      static_cast<int>(message.body.size()));
  MessageHandle made(raw);
  for (const Header& header : message.headers) {
    if (status != NATS_OK) break;
    status = natsMsgHeader_Add(raw, CString(header.name).get(),
                               CString(header.value).get());
  }
  if (status != NATS_OK) {
    return absl::FailedPreconditionError(natsStatus_GetText(status));
  }
  return made;
}

}  // namespace walnats::nats
