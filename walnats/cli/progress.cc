#include "walnats/cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_format.h"
#include "walnats/base/strings.h"
#include "walnats/cli/human.h"

namespace walnats::cli {

std::string ProgressLine(const std::string& act, int64_t done, int64_t total,
                         absl::Duration passed) {
  constexpr int64_t kWidth = 24;
  const int64_t full =
      total > 0 ? std::clamp<int64_t>(kWidth * done / total, 0, kWidth)
                : kWidth;
  std::string line =
      Cat(act, " [", std::string(full, '#'), std::string(kWidth - full, '-'),
          "] ", HumanCount(done), " of ", HumanCount(total));
  const double seconds = absl::ToDoubleSeconds(passed);
  if (done < 1 || seconds <= 0) return line;
  const double rate = static_cast<double>(done) / seconds;
  absl::StrAppend(&line, ", ", absl::StrFormat("%.1f", rate), "/s");
  if (done >= total) return line;
  const double left = static_cast<double>(total - done) / rate;
  absl::StrAppend(&line, ", ", HumanDuration(absl::Seconds(left)), " left");
  return line;
}

ProgressBar::ProgressBar(std::string act, int64_t total, absl::Time begun,
                         bool shown)
    : act_(std::move(act)),
      total_(total),
      begun_(begun),
      shown_(shown),
      next_(begun) {}

void ProgressBar::End() {
  if (std::exchange(drawn_, false)) std::fputs("\n", stderr);
}

void ProgressBar::Show(int64_t done, absl::Time now) {
  if (!shown_ || (now < next_ && done < total_)) return;
  next_ = now + absl::Milliseconds(100);
  drawn_ = true;
  // To the line's start, and what is left of the longer line before is erased.
  std::fprintf(stderr, "\r%s\x1b[K",
               ProgressLine(act_, done, total_, now - begun_).c_str());
  std::fflush(stderr);
}

}  // namespace walnats::cli
