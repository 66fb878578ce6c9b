#pragma once

// Dead letters in the stream "walnats-dead": each once, however often the
// process that stores it dies in between.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "walnats/actor/dead_letter.h"
#include "walnats/task.h"
#include "walnats/transport/transport.h"

namespace walnats::internal {

class DeadStream final : public DeadSink {
 public:
  // `transport` outlives it. `config`: how the stream is made again if somebody
  // has deleted it, unless `create` is off.
  DeadStream(transport::Transport& transport, transport::StreamConfig config,
             bool create);

  // What is too large for the server is stored without its body, and without
  // more if need be. After an error the letter may be stored or not; to store
  // it again is safe.
  Task<absl::Status> Store(const v1::DeadLetter& letter) override;

 private:
  // Once, unless it stands there already.
  Task<absl::Status> Place(const v1::DeadLetter& letter);
  // kAborted if the subject's last sequence is not `after`.
  Task<absl::Status> Publish(const v1::DeadLetter& letter,
                             const std::string& subject, uint64_t after);
  // Whether the stream, which may be gone, is there.
  Task<absl::Status> Restore();

  transport::Transport& transport_;
  const transport::StreamConfig config_;
  const bool create_;
};

}  // namespace walnats::internal
