#include "walnats/transport/batch_headers.h"

#include <utility>

#include "walnats/base/strings.h"

namespace walnats::transport {

BatchHeaders::BatchHeaders(std::string id, std::size_t count)
    : id_(std::move(id)), count_(count) {}

Outgoing BatchHeaders::Build(Outgoing message, const Expect& expect,
                             std::size_t number) {
  const std::span<const Header> own = publish_.Build(message, expect);
  headers_.assign(own.begin(), own.end());
  number_ = Cat(number);
  headers_.push_back({kBatchIdHeader, id_});
  headers_.push_back({kBatchSequenceHeader, number_});
  if (number == count_) headers_.push_back({kBatchCommitHeader, "1"});
  message.headers = headers_;
  return message;
}

}  // namespace walnats::transport
