#pragma once

// What all measurements of one round share: the server, and what is sent.

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "tests/benchmarks/reading.pb.h"
#include "walnats/event.h"

namespace walnats::benchmarks {

struct Setting {
  std::string url;
  std::string server;    // the binary, for who starts one of its own
  pid_t server_pid = 0;  // 0: none to watch
  int64_t messages = 200'000;
  int payload = 128;    // bytes
  bool memory = false;  // storage; else file
  double seconds = 3;   // of measurements that last a given time

  // The same of every row, as text to be handed on to a child process.
  std::string ToJson() const;
  static Setting FromJson(const std::string& json);
};

// The two streams of a setting: one is empty before each measurement, the
// other holds `messages` and has no consumer.
enum class Use { kPublish, kConsume };
std::string SubjectOf(const Setting& setting, Use use);
std::string StreamOf(const Setting& setting, Use use);
Event<Reading> EventOf(const Setting& setting, Use use,
                       bool message_ids = true);

// A message that is `bytes` long when it is serialized, whatever its number.
Reading MakeReading(int bytes);

// Nanoseconds of the monotonic clock.
uint64_t MonotonicNow();

}  // namespace walnats::benchmarks
