#include "walnats/dead_letters.h"

#include <utility>

#include "walnats/client/client_core.h"
#include "walnats/deadletter/filter.h"
#include "walnats/deadletter/letters.h"
#include "walnats/deadletter/records.h"
#include "walnats/deadletter/redrive.h"
#include "walnats/deadletter/streams.h"

namespace walnats {
namespace {

using internal::ClientCore;
using internal::LetterReader;

// A scan holds on to the transport for longer than a verb.
template <class T>
class StopAtClose final : public ClientCore::CloseSink {
 public:
  StopAtClose(ClientCore& core, T& work) : core_(core), work_(work) {
    core_.Watch(*this);
  }
  ~StopAtClose() { core_.Forget(*this); }
  StopAtClose(const StopAtClose&) = delete;
  StopAtClose& operator=(const StopAtClose&) = delete;

 private:
  void OnClose() override { work_.Stop(); }
  ClientCore& core_;
  T& work_;
};

// Apart from the members, so that what is passed is copied before they return.

Task<absl::Status> VisitOn(std::shared_ptr<ClientCore> core,
                           DeadLetterFilter filter,
                           std::function<bool(const DeadLetterEntry&)> visit) {
  const ClientCore::Work work =
      [&](transport::Transport& transport) -> Task<absl::Status> {
    LetterReader reader(transport, core->clock());
    const StopAtClose stop(*core, reader);
    const LetterReader::Visitor call = [&](const DeadLetterEntry& entry, bool) {
      return visit(entry);
    };
    co_return co_await reader.Visit(filter, call);
  };
  co_return co_await core->Run(work);
}

Task<absl::StatusOr<DeadLetterEntry>> GetOn(std::shared_ptr<ClientCore> core,
                                            uint64_t number) {
  absl::StatusOr<DeadLetterEntry> entry;
  const ClientCore::Work work =
      [&](transport::Transport& transport) -> Task<absl::Status> {
    LetterReader reader(transport, core->clock());
    const StopAtClose stop(*core, reader);
    entry = co_await reader.Get(number);
    co_return entry.status();
  };
  absl::Status status = co_await core->Run(work);
  if (!status.ok()) co_return status;
  co_return entry;
}

Task<absl::StatusOr<RedriveResult>> RedriveOn(std::shared_ptr<ClientCore> core,
                                              DeadLetterFilter filter,
                                              RedriveOptions options) {
  absl::StatusOr<RedriveResult> result;
  const ClientCore::Work work =
      [&](transport::Transport& transport) -> Task<absl::Status> {
    internal::Redrive redrive(transport, core->clock(), filter, options);
    const StopAtClose stop(*core, redrive);
    result = co_await redrive.Run();
    co_return result.status();
  };
  absl::Status status = co_await core->Run(work);
  if (!status.ok()) co_return status;
  co_return result;
}

// The letter before its records: without them it could be redriven again.
Task<absl::Status> Remove(transport::Transport& transport,
                          const DeadLetterEntry& entry) {
  absl::Status erased =
      co_await transport.EraseMessage(internal::kDeadStream, entry.number);
  if (!erased.ok() || !internal::IsRedriven(entry.state)) co_return erased;
  const transport::PurgeOptions records{.filter =
                                            internal::RecordsOf(entry.number)};
  const absl::StatusOr<uint64_t> purged =
      co_await transport.PurgeStream(internal::kDeadStream, records);
  co_return purged.status();
}

Task<absl::StatusOr<int64_t>> PurgeOn(std::shared_ptr<ClientCore> core,
                                      DeadLetterFilter filter, bool dry_run) {
  int64_t removed = 0;
  const ClientCore::Work work =
      [&](transport::Transport& transport) -> Task<absl::Status> {
    std::vector<DeadLetterEntry> found;
    const LetterReader::Visitor visit = [&](const DeadLetterEntry& entry,
                                            bool) {
      // Without the letter: bodies may be large, and many.
      found.push_back({entry.number, entry.state, nullptr});
      return true;
    };
    LetterReader reader(transport, core->clock());
    const StopAtClose stop(*core, reader);
    absl::Status status = co_await reader.Visit(filter, visit);
    for (const DeadLetterEntry& entry : found) {
      if (!status.ok()) break;
      if (!dry_run) status = co_await Remove(transport, entry);
      if (status.ok()) ++removed;
      if (absl::IsNotFound(status)) status = absl::OkStatus();
    }
    co_return status;
  };
  absl::Status status = co_await core->Run(work);
  if (!status.ok()) co_return status;
  co_return removed;
}

}  // namespace

Task<absl::Status> DeadLetters::Visit(
    const DeadLetterFilter& filter,
    std::function<bool(const DeadLetterEntry&)> visit) const {
  return VisitOn(client_.core(), filter, std::move(visit));
}

Task<absl::StatusOr<DeadLetterEntry>> DeadLetters::Get(uint64_t number) const {
  return GetOn(client_.core(), number);
}

Task<absl::StatusOr<RedriveResult>> DeadLetters::Redrive(
    const DeadLetterFilter& filter, const RedriveOptions& options) const {
  return RedriveOn(client_.core(), filter, options);
}

Task<absl::StatusOr<int64_t>> DeadLetters::Purge(const DeadLetterFilter& filter,
                                                 bool dry_run) const {
  return PurgeOn(client_.core(), filter, dry_run);
}

}  // namespace walnats
