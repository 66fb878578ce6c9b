#include "walnats/transport/stream_reader.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <cassert>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/status.h"
#include "walnats/transport/stream_reader_core.h"
#include "walnats/transport/subject_filter.h"

namespace walnats::transport {
namespace {

constexpr absl::Duration kGiveUp = absl::Seconds(30);
constexpr absl::Duration kRetry = absl::Milliseconds(250);

bool Passes(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

StreamReader::StreamReader(Transport& transport, Clock& clock,
                           std::string stream, ReadOptions options)
    : core_(std::make_shared<Core>(transport, clock, std::move(stream),
                                   std::move(options))) {}

StreamReader::~StreamReader() { core_->Close(); }

Task<absl::StatusOr<std::optional<StoredMessage>>> StreamReader::Next() {
  return Core::Next(core_);
}

StreamReader::Core::Core(Transport& transport, Clock& clock, std::string stream,
                         ReadOptions options)
    : transport_(transport),
      clock_(clock),
      stream_(std::move(stream)),
      options_(std::move(options)) {
  assert(!options_.subjects.empty());
}

Task<StreamReader::Core::Result> StreamReader::Core::Next(
    std::shared_ptr<Core> self) {
  if (!self->executor_) {
    self->executor_ = co_await boost::asio::this_coro::executor;
    Spawn(*self->executor_, Tick(self), self->ticks_, [](absl::Status) {});
  }
  for (;;) {
    if (self->closed_) co_return absl::CancelledError("the reader has ended");
    if (!self->failure_.ok()) co_return self->failure_;
    if (std::optional<Result> told = self->Tell()) co_return *std::move(told);
    const absl::Status status = co_await self->Advance();
    if (self->closed_) continue;
    if (status.ok()) {
      self->give_up_.reset();
    } else if (!Passes(status)) {
      self->failure_ = self->Failed(status);
    } else {
      const absl::Time now = self->clock_.Now();
      if (!self->give_up_) self->give_up_ = now + kGiveUp;
      if (!self->options_.follow && now >= *self->give_up_) {
        self->give_up_.reset();
        co_return self->Failed(status);
      }
      co_await self->clock_.Sleep(kRetry);
    }
  }
}

void StreamReader::Core::Close() {
  closed_ = true;
  ticks_.Cancel();
  DropConsumer();
  Wake();
}

absl::Status StreamReader::Core::Failed(const absl::Status& status) const {
  absl::Status failed = Error(status.code(), "read stream ", Quoted(stream_),
                              ": ", ToStd(status.message()));
  if (const auto code = ServerCode(status)) SetServerCode(failed, *code);
  return failed;
}

// What came before a loss is good, and is told before it.
std::optional<StreamReader::Core::Result> StreamReader::Core::Tell() {
  for (;;) {
    const StoredMessage* const next = front();
    if (next != nullptr && next->sequence > end_) at_end_ = true;
    if (at_end_ && !end_told_) {
      end_told_ = true;
      if (!options_.follow) DropConsumer();
      return Result(std::optional<StoredMessage>());
    }
    if (end_told_ && !options_.follow) {
      return Result(std::optional<StoredMessage>());
    }
    if (next == nullptr) return std::nullopt;
    StoredMessage message = Take();
    if (!Skips(message)) return Result(std::move(message));
  }
}

const StoredMessage* StreamReader::Core::front() const {
  if (fetched_) return &*fetched_;
  if (flow_ == nullptr || flow_->empty()) return nullptr;
  return &flow_->front();
}

StoredMessage StreamReader::Core::Take() {
  const bool last = !fetched_ && flow_->behind() == 0;
  StoredMessage message = fetched_ ? *std::move(fetched_) : flow_->Pop();
  fetched_.reset();
  position_ = message.sequence;
  if (last || position_ >= end_) at_end_ = true;
  quiet_ticks_ = 0;
  return message;
}

// Old servers begin a consumer at the end of the stream if it asks for more.
bool StreamReader::Core::Skips(const StoredMessage& message) const {
  return message.sequence < start_ ||
         (deliver_ == DeliverPolicy::kByTime &&
          message.time < options_.start_time) ||
         !MatchesAny(options_.subjects, message.subject);
}

Task<absl::Status> StreamReader::Core::Advance() {
  if (flow_ != nullptr && flow_->lost()) DropConsumer();
  if (!open_) co_return co_await Open();
  if (single_) co_return co_await Poll();
  if (std::exchange(check_, false)) {
    co_await Check();
  } else {
    co_await AwaitWake();
  }
  co_return absl::OkStatus();
}

Task<absl::Status> StreamReader::Core::Open() {
  const absl::StatusOr<StreamInfo> info =
      co_await transport_.GetStream(stream_);
  if (closed_ || !info.ok()) co_return info.status();
  if (!found_) {
    absl::Status found = co_await FindStart(*info);
    if (closed_ || !found.ok()) co_return found;
    found_ = true;
  }
  if (absl::Status same = CheckCreated(info->created); !same.ok()) {
    co_return same;
  }
  if (at_end_ && !options_.follow) co_return absl::OkStatus();
  // A server that has lost what it had acknowledged gives its numbers again.
  position_ = std::min(position_, info->last_sequence);
  if (!single_) co_return co_await MakeConsumer();
  open_ = true;
  co_return absl::OkStatus();
}

Task<absl::Status> StreamReader::Core::FindStart(StreamInfo info) {
  created_ = info.created;
  end_ = info.last_sequence;
  single_ = info.config.retention != Retention::kLimits;
  deliver_ = options_.deliver;
  if (deliver_ == DeliverPolicy::kLastPerSubject && single_) {
    co_return absl::FailedPreconditionError(
        "the last per subject: only of a stream that keeps by limits");
  }
  if (deliver_ == DeliverPolicy::kBySequence) {
    start_ = std::max<uint64_t>(options_.start_sequence, 1);
  }
  // So that what comes until a consumer is made again is not left out.
  if (deliver_ == DeliverPolicy::kNew) {
    deliver_ = DeliverPolicy::kBySequence;
    start_ = end_ + 1;
  }
  if (deliver_ == DeliverPolicy::kLast) {
    absl::Status found = co_await FindLast();
    if (closed_ || !found.ok()) co_return found;
  }
  if (info.messages == 0 || start_ > end_) at_end_ = true;
  co_return absl::OkStatus();
}

Task<absl::Status> StreamReader::Core::FindLast() {
  uint64_t last = 0;
  for (const std::string& subject : options_.subjects) {
    GetOptions get;
    get.last_by_subject = subject;
    const absl::StatusOr<StoredMessage> message =
        co_await transport_.GetMessage(stream_, get);
    if (closed_) co_return absl::OkStatus();
    if (!message.ok() && !absl::IsNotFound(message.status())) {
      co_return message.status();
    }
    if (message.ok()) last = std::max(last, message->sequence);
  }
  deliver_ = DeliverPolicy::kBySequence;
  start_ = last == 0 ? end_ + 1 : last;
  end_ = std::max(end_, last);
  co_return absl::OkStatus();
}

absl::Status StreamReader::Core::CheckCreated(absl::Time created) const {
  if (created == created_) return absl::OkStatus();
  return absl::AbortedError("it was deleted and made again meanwhile");
}

// One filter if several cannot be had: Skips drops the rest.
std::vector<std::string> StreamReader::Core::ServerFilters() const {
  const std::vector<std::string>& asked = options_.subjects;
  const bool several = !single_ && transport_.server().features.filter_subjects;
  if (asked.size() == 1 || (several && !AnyCovered(asked))) return asked;
  return {CommonFilter(asked)};
}

}  // namespace walnats::transport
