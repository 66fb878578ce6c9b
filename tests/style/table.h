#pragma once

// The include table: who may include whom directly.

#include <string>
#include <string_view>

namespace walnats::style {

// Empty if the file at `path` may include `include`, else why not. Both are
// paths from the project's root, or of a system header.
std::string WhyRefused(std::string_view path, std::string_view include);

// The row of the table to which a path belongs: its folder below walnats/, or
// for walnats/X.h the one that X is about. Empty for what has no row.
std::string_view RowOf(std::string_view path);

}  // namespace walnats::style
