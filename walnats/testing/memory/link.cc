#include "walnats/testing/memory/link.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "walnats/base/strings.h"
#include "walnats/transport/publish_headers.h"

namespace walnats::testing {
namespace {

using absl::StatusCode;

bool IsSubject(std::string_view subject) {
  return !subject.empty() && std::ranges::all_of(subject, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != 0x7f;
  });
}

bool IsPlain(const Header& header) {
  const std::string_view value = header.value;
  if (value.empty()) return true;
  const auto blank = [](char c) {
    return absl::ascii_isspace(static_cast<unsigned char>(c));
  };
  return !blank(value.front()) && !blank(value.back());
}

// As who reads them gets them: blanks around a value do not count.
class ReadHeaders {
 public:
  explicit ReadHeaders(std::span<const Header> headers) : headers_(headers) {
    if (std::ranges::all_of(headers, IsPlain)) return;
    plain_.assign(headers.begin(), headers.end());
    for (Header& header : plain_) {
      std::string value(header.value);
      absl::StripAsciiWhitespace(&value);
      values_.push_back(std::move(value));
      header.value = values_.back();
    }
    headers_ = plain_;
  }
  ReadHeaders(const ReadHeaders&) = delete;
  ReadHeaders& operator=(const ReadHeaders&) = delete;

  std::span<const Header> headers() const { return headers_; }

 private:
  std::span<const Header> headers_;
  std::vector<Header> plain_;
  std::deque<std::string> values_;
};

}  // namespace

MemoryLink::MemoryLink(MemoryBroker& broker, LinkSink& sink)
    : broker_(broker),
      sink_(sink),
      id_(broker.Join(*this)),
      inbox_(Cat("_INBOX.memory-", id_, ".")),
      session_(std::make_shared<Life>()),
      life_(std::make_shared<Life>()) {}

MemoryLink::~MemoryLink() { Close(); }

absl::Status MemoryLink::Check(const transport::Outgoing& message) const {
  const std::string act = Cat("publish ", Quoted(message.subject));
  if (!up()) return Error(StatusCode::kUnavailable, act, ": not connected");
  const int64_t limit = broker_.info().max_payload;
  std::string why;
  if (!IsSubject(message.subject)) {
    why = "no valid subject";
  } else if (!message.reply.empty() && !IsSubject(message.reply)) {
    why = Cat("no valid reply subject ", Quoted(message.reply));
  } else if (transport::PayloadSize(message.headers, message.body) > limit) {
    why = Cat("payload of ", message.body.size(), " bytes over the limit of ",
              limit);
  } else if (std::ranges::any_of(message.headers, &std::string_view::empty,
                                 &Header::name)) {
    why = "Invalid Argument";
  } else {
    return absl::OkStatus();
  }
  return Error(StatusCode::kFailedPrecondition, act, ": ", why);
}

absl::StatusOr<Carried> MemoryLink::Publish(
    const transport::Outgoing& message) {
  absl::Status status = Check(message);
  if (!status.ok()) return status;
  const ReadHeaders read(message.headers);
  transport::Outgoing carried = message;
  carried.headers = read.headers();
  return broker_.Carry(carried);
}

void MemoryLink::FromServer(Turns::Call call) {
  broker_.turns().Add(
      [session = std::weak_ptr(session_), call = std::move(call)]() mutable {
        if (!session.expired()) call();
      });
}

void MemoryLink::Soon(Turns::Call call) {
  broker_.turns().Add(
      [life = std::weak_ptr(life_), call = std::move(call)]() mutable {
        if (!life.expired()) call();
      });
}

void MemoryLink::AtEndOfTurn(Turns::Call call) {
  broker_.turns().AtEnd(
      [life = std::weak_ptr(life_), call = std::move(call)]() mutable {
        if (!life.expired()) call();
      });
}

void MemoryLink::Deliver(model::Deliver delivery) {
  FromServer(
      [this, delivery = std::move(delivery)] { sink_.OnDelivery(delivery); });
}

void MemoryLink::Tell(model::PullStatus status) {
  FromServer(
      [this, status = std::move(status)] { sink_.OnPullStatus(status); });
}

void MemoryLink::GoDown(std::string_view reason) {
  if (!up()) return;
  EndSession();
  sink_.OnDown(reason);
}

void MemoryLink::GoUp() {
  if (up() || closed_) return;
  session_ = std::make_shared<Life>();
  sink_.OnUp();
}

void MemoryLink::Close() {
  if (std::exchange(closed_, true)) return;
  broker_.Leave(*this);
  if (up()) EndSession();
}

void MemoryLink::EndSession() {
  session_.reset();
  broker_.model().DropInterest(id_);
  broker_.Pump();
}

}  // namespace walnats::testing
