#pragma once

// What nats.c says on a thread of its own. Such a callback may still come
// after its connection was destroyed, so it carries a number and not a
// pointer.

#include <nats/nats.h>

#include <cstdint>
#include <memory>
#include <string>

#include "walnats/nats/mailbox.h"

namespace walnats::nats {

class NoticeSink {
 public:
  // `subscriber` is the Notices' number.
  virtual void OnLameDuckNotice(uint64_t subscriber) = 0;
  virtual void OnErrorNotice(std::string text) = 0;

 protected:
  ~NoticeSink() = default;
};

// One connection's callbacks, brought to `sink` through `mailbox`, whose
// closing ends them.
class Notices {
 public:
  Notices(std::shared_ptr<Mailbox> mailbox, NoticeSink& sink);
  ~Notices();
  Notices(const Notices&) = delete;
  Notices& operator=(const Notices&) = delete;

  uint64_t number() const { return number_; }

  // Sets the callbacks of a connection about to be made.
  void Install(natsOptions* options) const;

 private:
  const uint64_t number_;
};

}  // namespace walnats::nats
