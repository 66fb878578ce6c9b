#pragma once

// Who gets a message of core NATS: every plain subscription that matches its
// subject, and one member of each queue group.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace walnats::testing {

class SubjectRouter {
 public:
  using Id = uint64_t;

  // 0 if `subject` is none.
  Id Add(std::string_view subject, std::string_view queue);
  void Remove(Id id);

  // In the order in which they came; of a queue group the member whose turn it
  // is.
  std::vector<Id> Match(std::string_view subject);

 private:
  struct Interest {
    std::string subject;
    std::string queue;
  };
  std::map<Id, Interest> interests_;
  std::map<std::string, Id, std::less<>> last_of_queue_;
  Id last_ = 0;
};

}  // namespace walnats::testing
