#pragma once

// Keeps dead letters where Services writes them to a file.

#include <memory>
#include <vector>

#include "walnats/actor/dead_letter.h"
#include "walnats/testing/dead_letter.h"

namespace walnats::testing {

class DeadLetterLog final : public walnats::internal::DeadSink {
 public:
  // `letters` is shared with whoever reads it.
  explicit DeadLetterLog(std::shared_ptr<std::vector<DeadLetter>> letters)
      : letters_(std::move(letters)) {}

  Task<absl::Status> Store(const v1::DeadLetter& letter) override;

 private:
  const std::shared_ptr<std::vector<DeadLetter>> letters_;
};

}  // namespace walnats::testing
