#pragma once

// Tries servers until one answers, and collects why the others did not.

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "walnats/nats/session.h"

namespace walnats::nats {

// Blocks for about `limit` altogether. The urls are tried in random order,
// each for its share of the time that is left. The error names them all:
// kUnauthenticated if one refused the credentials, kDeadlineExceeded if all
// kept silent, else kUnavailable.
absl::StatusOr<std::unique_ptr<Session>> OpenAny(
    std::vector<ServerUrl> urls, const ConnectionOptions& options,
    absl::Duration limit, std::shared_ptr<const Notices> notices);

// The error for urls whose attempts have not even ended.
absl::Status NoAnswer(const std::vector<ServerUrl>& urls, absl::Duration limit);

}  // namespace walnats::nats
