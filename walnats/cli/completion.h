#pragma once

// Scripts that complete the program's commands and options in a shell, made
// from the tree of commands.

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace walnats::cli {

// `shell`: "bash", "zsh" or "fish".
std::string CompletionScript(const CLI::App& app, std::string_view shell);

}  // namespace walnats::cli
