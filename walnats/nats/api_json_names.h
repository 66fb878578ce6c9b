#pragma once

// Enums and what the server calls their values: tables whose first row is the
// server's default.

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace walnats::nats {

template <class Value>
struct Named {
  Value value;
  std::string_view name;
};

template <class Value, std::size_t n>
std::string_view NameOf(const Named<Value> (&table)[n], Value value) {
  return std::ranges::find(table, value, &Named<Value>::value)->name;
}

// The first of the table is the server's default.
template <class Value, std::size_t n>
Value ValueOf(const Named<Value> (&table)[n], std::string_view name) {
  const auto* found = std::ranges::find(table, name, &Named<Value>::name);
  return found == std::end(table) ? table[0].value : found->value;
}

}  // namespace walnats::nats
