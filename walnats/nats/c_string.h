#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace walnats::nats {

// A NUL-terminated copy of a view for nats.c, on the stack if it is short.
class CString {
 public:
  explicit CString(std::string_view text) {
    if (text.size() < kShort) {
      if (!text.empty()) std::memcpy(short_, text.data(), text.size());
      short_[text.size()] = '\0';
      return;
    }
    long_ = text;
    text_ = long_.c_str();
  }
  CString(const CString&) = delete;
  CString& operator=(const CString&) = delete;

  const char* get() const { return text_; }

 private:
  static constexpr std::size_t kShort = 256;
  char short_[kShort];
  std::string long_;
  const char* text_ = short_;
};

}  // namespace walnats::nats
