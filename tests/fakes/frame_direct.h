#pragma once

// $JS.API.DIRECT.GET: answered by messages, not by JSON. Source: ADR-31.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fakes/frame.h"
#include "walnats/testing/jetstream_model/model.h"

namespace walnats::nats {

inline constexpr std::string_view kDirectGet = "DIRECT.GET.";

// Headers and bodies of the answers; nullopt if nobody gives any. `path` is
// what stands behind kDirectGet. One message per request, or the newest ones of
// many subjects; batches by sequence are not known.
std::optional<std::vector<FrameText>> GetDirectly(
    const testing::model::Model& model, std::string_view path,
    std::string_view body);

// A status in place of a message.
FrameText StatusFrame(int code, std::string_view description);

}  // namespace walnats::nats
