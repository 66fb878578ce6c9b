#pragma once

// The server at the other end: what it is, what it can do, whether it is
// there.

#include <cstdint>
#include <string>
#include <string_view>

namespace walnats::transport {

// What the server can do, found by asking, never by its version.
struct Features {
  bool compression = false;      // 2.10
  bool metadata = false;         // 2.10
  bool filter_subjects = false;  // 2.10: several per consumer
  bool term_reason = false;      // 2.10.4
  int api_level = 0;             // 0 before 2.11, then $JS.API.INFO's
};

struct ServerInfo {
  std::string name;
  std::string version;
  std::string url;          // of the connection in use, without credentials
  int64_t max_payload = 0;  // bytes, headers included
  Features features;
};

enum class State {
  kUp,      // connected, verbs work
  kDown,    // lost, reconnecting by itself
  kClosed,  // for good
};

class StateSink {
 public:
  // `reason` says why, for people.
  virtual void OnState(State state, std::string_view reason) = 0;

 protected:
  ~StateSink() = default;
};

}  // namespace walnats::transport
