#include <algorithm>

#include "walnats/event.h"

namespace walnats {

std::string EventInfo::stream_name() const {
  std::string stream(name_);
  std::replace(stream.begin(), stream.end(), '.', '-');
  return stream;
}

}  // namespace walnats
