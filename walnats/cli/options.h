#pragma once

// Options whose values are more than text, for the files of the grammar.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "walnats/base/strings.h"
#include "walnats/cli/grammar.h"

namespace walnats::cli {

// An option whose text `parse` turns into `target`, or says why not.
template <class T, class Parse>
CLI::Option* AddParsed(CLI::App& app, const std::string& name,
                       const std::string& type, T& target, Parse parse,
                       const std::string& description) {
  const auto check = [&target, parse](const std::string& text) {
    const absl::StatusOr<T> value = parse(text);
    if (!value.ok()) return std::string(ToStd(value.status().message()));
    target = *value;
    return std::string();
  };
  const auto ignore = [](const std::string&) {};
  return app.add_option_function<std::string>(name, ignore, description)
      ->check(check)
      ->type_name(type);
}

// What is done when `app` was asked for: `function` with its options, which
// live as long as the invocation.
template <class Options>
void Set(CLI::App& app, Invocation& invocation,
         std::shared_ptr<Options> options,
         Task<absl::Status> (*function)(Session&, const Output&,
                                        const Options&)) {
  app.callback([&invocation, options, function] {
    // Of a command inside another, whose turn comes before.
    if (invocation.command) return;
    invocation.command = [options, function](Session& session,
                                             const Output& output) {
      return function(session, output, *options);
    };
  });
}

}  // namespace walnats::cli
