#include "walnats/cli/table.h"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/cli/text.h"

namespace walnats::cli {
namespace {

std::string_view CodeOf(Color color) {
  switch (color) {
    case Color::kNone:
      return "";
    case Color::kBold:
      return "\x1b[1m";
    case Color::kDim:
      return "\x1b[2m";
    case Color::kRed:
      return "\x1b[31m";
    case Color::kGreen:
      return "\x1b[32m";
    case Color::kYellow:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

std::string Paint(std::string_view text, Color color, bool on) {
  if (!on || color == Color::kNone) return std::string(text);
  return Cat(CodeOf(color), text, std::string_view("\x1b[0m"));
}

bool WantsColor(int fd) {
  const char* refused = std::getenv("NO_COLOR");
  if (refused != nullptr && *refused != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return isatty(fd) == 1;
}

void Table::Add(std::vector<Cell> row) {
  assert(row.size() == columns_.size());
  for (Cell& cell : row) {
    cell.text = cell.text.empty() ? "-" : Printable(cell.text);
  }
  rows_.push_back(std::move(row));
}

std::string Table::ToText(bool color) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = Columns(columns_[i].title);
    for (const std::vector<Cell>& row : rows_) {
      width = std::max(width, Columns(row[i].text));
    }
    widths.push_back(width);
  }
  std::string text;
  const auto append = [&](std::size_t i, const Cell& cell) {
    const bool last = i + 1 == columns_.size();
    const std::string blanks(widths[i] - Columns(cell.text), ' ');
    if (columns_[i].right) text += blanks;
    text += Paint(cell.text, cell.color, color);
    if (!columns_[i].right && !last) text += blanks;
    text += last ? "\n" : "  ";
  };
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    append(i, Cell(columns_[i].title, Color::kBold));
  }
  for (const std::vector<Cell>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) append(i, row[i]);
  }
  return text;
}

}  // namespace walnats::cli
