#include "walnats/transport/publish_headers.h"

namespace walnats::transport {

std::span<const Header> PublishHeaders::Build(const Outgoing& message,
                                              const Expect& expect) {
  headers_.assign(message.headers.begin(), message.headers.end());
  Add(kMessageIdHeader, expect.message_id);
  Add(kExpectedStreamHeader, expect.stream);
  Add(kExpectedLastMessageIdHeader, expect.last_message_id);
  if (expect.last_sequence) {
    Add(kExpectedLastSequenceHeader, *expect.last_sequence, last_sequence_);
  }
  if (expect.subject_last_sequence) {
    Add(kExpectedLastSubjectSequenceHeader, *expect.subject_last_sequence,
        subject_last_sequence_);
    Add(kExpectedLastSubjectSequenceSubjectHeader, expect.subject);
  }
  return headers_;
}

void PublishHeaders::Add(std::string_view name, std::string_view value) {
  if (!value.empty()) headers_.push_back({name, value});
}

void PublishHeaders::Add(std::string_view name, uint64_t value,
                         Number& memory) {
  char* const begin = memory.digits;
  char* const end =
      std::to_chars(begin, begin + sizeof(memory.digits), value).ptr;
  Add(name, std::string_view(begin, static_cast<std::size_t>(end - begin)));
}

int64_t PayloadSize(std::span<const Header> headers, std::string_view body) {
  auto size = static_cast<int64_t>(body.size());
  if (headers.empty()) return size;
  size += std::string_view("NATS/1.0\r\n\r\n").size();
  for (const Header& header : headers) {
    size += static_cast<int64_t>(header.name.size() + header.value.size());
    size += std::string_view(": \r\n").size();
  }
  return size;
}

}  // namespace walnats::transport
