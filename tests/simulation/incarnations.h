#pragma once

// Which of the streams of one name a thing belongs to, in worlds where streams
// are deleted and made again. They are numbered from 0; a stream of which
// nobody has told has only that one.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace walnats::simulation {

class Incarnations {
 public:
  // It was made at `created`, after all that are known.
  void OnMade(std::string_view stream, absl::Time created);

  // The one that has stored something at `time`.
  int At(std::string_view stream, absl::Time time) const;
  // The one that was made at `created`; -1 if none was.
  int Made(std::string_view stream, absl::Time created) const;
  int Last(std::string_view stream) const;

 private:
  std::map<std::string, std::vector<absl::Time>, std::less<>> created_;
};

}  // namespace walnats::simulation
