#pragma once

// Rows and columns for people, and the colours they come in.

#include <string>
#include <string_view>
#include <vector>

namespace walnats::cli {

enum class Color { kNone, kBold, kDim, kRed, kGreen, kYellow };

// `text` in `color`, if colours are `on`.
std::string Paint(std::string_view text, Color color, bool on);

// Whether what is written to the file descriptor may be coloured: a terminal
// that is not dumb, and no NO_COLOR (no-color.org).
bool WantsColor(int fd);

struct Column {
  std::string title;
  bool right = false;  // numbers
};

// Whatever stands in a cell is made visible; nothing in it is shown as "-".
struct Cell {
  Cell(std::string text_in, Color color_in = Color::kNone)
      : text(std::move(text_in)), color(color_in) {}
  Cell(const char* text_in) : text(text_in) {}
  std::string text;
  Color color = Color::kNone;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void Add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }

  // A line of titles, then a line per row, none of which ends with blanks.
  std::string ToText(bool color) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace walnats::cli
