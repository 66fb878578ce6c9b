#include "walnats/cli/completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "walnats/base/strings.h"

namespace walnats::cli {
namespace {

struct Word {
  std::string text;  // "redrive", "--json"
  std::string description;
  bool takes_value = false;
  bool global = false;  // may stand after every command
};

// What may follow after "walnats <path>".
struct Place {
  std::string path;  // "dlq redrive"; empty for the program itself
  std::vector<Word> words;
};

std::vector<Word> OptionsOf(const CLI::App& app) {
  std::vector<Word> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      words.push_back({Cat("--", name), option->get_description(),
                       option->get_items_expected_max() > 0});
    }
  }
  return words;
}

void Collect(const CLI::App& app, const std::string& path,
             const std::vector<Word>& globals, std::vector<Place>& places) {
  Place place{path, {}};
  const auto all = [](const CLI::App*) { return true; };
  const std::vector<const CLI::App*> commands = app.get_subcommands(all);
  for (const CLI::App* command : commands) {
    place.words.push_back({command->get_name(), command->get_description()});
  }
  for (Word& word : OptionsOf(app)) {
    const bool known = std::ranges::count(globals, word.text, &Word::text) > 0;
    if (!known) place.words.push_back(std::move(word));
  }
  place.words.insert(place.words.end(), globals.begin(), globals.end());
  places.push_back(std::move(place));
  for (const CLI::App* command : commands) {
    const std::string& name = command->get_name();
    Collect(*command, path.empty() ? name : Cat(path, " ", name), globals,
            places);
  }
}

std::vector<Place> PlacesOf(const CLI::App& app) {
  std::vector<Word> globals = OptionsOf(app);
  std::erase_if(globals, [](const Word& word) {
    return word.text == "--help" || word.text == "--version";
  });
  for (Word& word : globals) word.global = true;
  std::vector<Place> places;
  Collect(app, "", globals, places);
  return places;
}

// In single quotes of every shell.
std::string InQuotes(std::string_view text) {
  return Cat("'", absl::StrReplaceAll(ToAbsl(text), {{"'", "’"}}), "'");
}

// The options after which a word is a value, as a pattern of `case`.
std::string ValuePattern(const std::vector<Place>& places) {
  std::vector<std::string> names;
  for (const Place& place : places) {
    for (const Word& word : place.words) {
      if (word.takes_value) names.push_back(word.text);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return absl::StrJoin(names, "|");
}

// The commands that lead to a place, as a pattern of `case`.
std::string PathPattern(const std::vector<Place>& places) {
  std::vector<std::string> paths;
  for (const Place& place : places) {
    if (!place.path.empty()) paths.push_back(Cat("'", place.path, "'"));
  }
  return absl::StrJoin(paths, "|");
}

// Finds in `path` which commands stand before the cursor; for bash and zsh,
// whose arrays `words` begin at 0 and 1.
std::string Walk(const std::vector<Place>& places, std::string_view first,
                 std::string_view cursor) {
  return Cat("  local path='' word next i\n  for ((i = ", first, "; i < ",
             cursor,
             "; i++)); do\n"
             "    word=\"${words[i]}\"\n"
             "    case \"$word\" in\n      ",
             ValuePattern(places),
             ") ((i++)); continue ;;\n"
             "      -*) continue ;;\n    esac\n"
             "    next=\"${path:+$path }$word\"\n"
             "    case \"$next\" in\n      ",
             PathPattern(places), ") path=\"$next\" ;;\n    esac\n  done\n");
}

std::string Bash(const std::vector<Place>& places) {
  std::string script =
      Cat("# Completes walnats in bash: eval \"$(walnats completion bash)\"\n"
          "_walnats() {\n"
          "  local words=(\"${COMP_WORDS[@]}\") choices=''\n",
          Walk(places, "1", "COMP_CWORD"), "  case \"$path\" in\n");
  for (const Place& place : places) {
    std::vector<std::string> words;
    for (const Word& word : place.words) words.push_back(word.text);
    absl::StrAppend(&script, "    '", place.path, "') choices='",
                    absl::StrJoin(words, " "), "' ;;\n");
  }
  return Cat(script,
             "  esac\n"
             "  COMPREPLY=($(compgen -W \"$choices\" -- "
             "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
             "}\ncomplete -o default -F _walnats walnats\n");
}

std::string Zsh(const std::vector<Place>& places) {
  std::string script =
      Cat("#compdef walnats\n"
          "_walnats() {\n  local -a choices\n",
          Walk(places, "2", "CURRENT"), "  case \"$path\" in\n");
  for (const Place& place : places) {
    absl::StrAppend(&script, "    '", place.path, "') choices=(\n");
    for (const Word& word : place.words) {
      absl::StrAppend(&script, "      ",
                      InQuotes(Cat(word.text, ":", word.description)), "\n");
    }
    absl::StrAppend(&script, "    ) ;;\n");
  }
  return Cat(script,
             "  esac\n  _describe 'walnats' choices\n}\n"
             "if [ \"$funcstack[1]\" = _walnats ]; then\n  _walnats \"$@\"\n"
             "else\n  compdef _walnats walnats\nfi\n");
}

std::string Fish(const std::vector<Place>& places) {
  std::string script =
      Cat("# Completes walnats in fish.\n"
          "function __walnats_at\n"
          "  set -l path ''\n"
          "  set -l value 0\n"
          "  for word in (commandline -opc)[2..-1]\n"
          "    if test $value = 1\n      set value 0\n      continue\n    end\n"
          "    switch $word\n"
          "      case ",
          absl::StrReplaceAll(ValuePattern(places), {{"|", " "}}),
          "\n        set value 1\n"
          "      case '-*'\n"
          "      case '*'\n"
          "        set -l next (string trim -- \"$path $word\")\n"
          "        switch $next\n          case ",
          absl::StrReplaceAll(PathPattern(places), {{"|", " "}}),
          "\n            set path $next\n        end\n    end\n  end\n"
          "  test \"$path\" = \"$argv[1]\"\nend\n"
          "complete -c walnats -f\n");
  for (const Place& place : places) {
    const std::string here = Cat("-n \"__walnats_at '", place.path, "'\" ");
    for (const Word& word : place.words) {
      // What the program takes, it takes everywhere.
      if (!place.path.empty() && word.global) continue;
      absl::StrAppend(&script, "complete -c walnats ", word.global ? "" : here,
                      word.text.starts_with("--")
                          ? Cat("-l ", word.text.substr(2))
                          : Cat("-a ", word.text),
                      word.takes_value ? " -r" : "", " -d ",
                      InQuotes(word.description), "\n");
    }
  }
  return script;
}

}  // namespace

std::string CompletionScript(const CLI::App& app, std::string_view shell) {
  const std::vector<Place> places = PlacesOf(app);
  if (shell == "bash") return Bash(places);
  if (shell == "zsh") return Zsh(places);
  return Fish(places);
}

}  // namespace walnats::cli
