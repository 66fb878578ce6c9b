#pragma once

// $JS.API.> as text: which verb a subject names, what its body may be, and the
// JSON that it is answered with.

#include <string>
#include <string_view>

#include "walnats/testing/jetstream_model/model.h"

namespace walnats::nats {

inline constexpr std::string_view kApiPrefix = "$JS.API.";

// `path` is what stands behind the prefix. Empty for what the server says
// nothing to: a subject that it does not know, also for its release or for the
// number of its tokens.
std::string AskApi(testing::model::Model& model, std::string_view path,
                   std::string_view body);

// The stream that a request is about; empty if it is about none.
std::string_view StreamOfApi(std::string_view path);

}  // namespace walnats::nats
