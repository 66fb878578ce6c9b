#pragma once

// Numbers, sizes and times as people write and read them.

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace walnats::cli {

std::string HumanCount(uint64_t count);  // "1,234,567"
std::string HumanBytes(uint64_t bytes);  // "1.5 KiB"

// The two largest units: "3d 4h", "2m 5s", "1.5s", "12ms"; "-" of infinite.
std::string HumanDuration(absl::Duration duration);

// "2026-11-20 16:00:00.123", UTC; "-" of infinite ones.
std::string HumanTime(absl::Time time);

// "1", "1,000 messages": with an s unless it is one.
std::string Plural(uint64_t count, std::string_view noun);

// "90s", "10m", "1h30m", "7d"; above zero.
absl::StatusOr<absl::Duration> ParseDuration(std::string_view text);

// RFC 3339 ("2026-11-20T16:00:00Z"), a day ("2026-11-20", UTC), or a duration
// before `now` ("2h").
absl::StatusOr<absl::Time> ParseTime(std::string_view text, absl::Time now);

// "500", "64KiB", "1 MiB", "2GB".
absl::StatusOr<int64_t> ParseBytes(std::string_view text);

}  // namespace walnats::cli
