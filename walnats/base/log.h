#pragma once

// The writing side of walnats/log.h.

#include "walnats/base/strings.h"
#include "walnats/log.h"

namespace walnats {

// Hands `message` to the sink, whatever the level. Prefer Log.
void WriteLog(LogLevel level, std::string_view message);

// Log(LogLevel::kInfo, "drain service \"", name, "\": done");
template <class... Parts>
void Log(LogLevel level, const Parts&... parts) {
  if (level >= log_level()) WriteLog(level, Cat(parts...));
}

}  // namespace walnats
