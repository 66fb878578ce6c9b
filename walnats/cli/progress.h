#pragma once

// How far something is that takes long, on stderr while that is a terminal:
//
//   redrive [############------------] 50 of 100, 49.8/s, 1s left

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace walnats::cli {

// One line without its end. The rate is that since `begun`.
std::string ProgressLine(const std::string& act, int64_t done, int64_t total,
                         absl::Duration passed);

// Draws the line over itself, at most ten times a second.
class ProgressBar {
 public:
  // Draws nothing without `shown`.
  ProgressBar(std::string act, int64_t total, absl::Time begun, bool shown);
  ~ProgressBar() { End(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(int64_t done, absl::Time now);
  // Ends the line, so that others may be written.
  void End();

 private:
  const std::string act_;
  const int64_t total_;
  const absl::Time begun_;
  const bool shown_;
  bool drawn_ = false;
  absl::Time next_;
};

}  // namespace walnats::cli
