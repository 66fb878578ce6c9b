// A StreamReader without a consumer, message by message.

#include <algorithm>

#include "walnats/status.h"
#include "walnats/transport/stream_reader_core.h"

namespace walnats::transport {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(500);
constexpr int kStreamNotFound = 10059;

}  // namespace

Task<absl::Status> StreamReader::Core::Poll() {
  if (!dry_) co_return co_await Fetch();
  co_await clock_.Sleep(kPoll);
  if (closed_) co_return absl::OkStatus();
  const absl::StatusOr<StreamInfo> info =
      co_await transport_.GetStream(stream_);
  if (closed_ || !info.ok()) co_return info.status();
  absl::Status same = CheckCreated(info->created);
  if (!same.ok() || info->last_sequence <= position_) co_return same;
  co_return co_await Fetch();
}

Task<absl::Status> StreamReader::Core::Fetch() {
  GetOptions get;
  get.next_by_subject = ServerFilters().front();
  get.from = std::max({position_ + 1, start_, uint64_t{1}});
  absl::StatusOr<StoredMessage> message =
      co_await transport_.GetMessage(stream_, get);
  if (closed_) co_return absl::OkStatus();
  if (absl::IsNotFound(message.status()) &&
      ServerCode(message.status()) != kStreamNotFound) {
    dry_ = true;
    at_end_ = true;
    co_return absl::OkStatus();
  }
  if (!message.ok()) co_return message.status();
  if (options_.headers_only) message->body.clear();
  dry_ = false;
  fetched_ = *std::move(message);
  co_return absl::OkStatus();
}

}  // namespace walnats::transport
