#pragma once

// Everything that can be wrong with what was added to Services, found before
// anything is sent.

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "walnats/services.h"

namespace walnats::internal {

// InvalidArgument with a line per fault; OK if there is none.
absl::Status Validate(std::span<const Service> services,
                      const ServicesOptions& options);

// Every event of the services once, emitted ones first.
std::vector<DeclaredEvent> EventsOf(std::span<const Service> services);

}  // namespace walnats::internal
