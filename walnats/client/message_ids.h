#pragma once

// Message ids that no other process makes: 11 random characters of this
// process and a count. Short, because the server keeps each in memory for the
// length of the duplicate window.

#include <atomic>
#include <cstdint>
#include <string>

namespace walnats::internal {

class MessageIds {
 public:
  MessageIds();
  // The same ids for the same seed: for tests, whose ids meet no others.
  explicit MessageIds(uint64_t seed);

  // Any thread.
  std::string Next();

 private:
  std::string prefix_;
  std::atomic<uint64_t> count_{0};
};

}  // namespace walnats::internal
