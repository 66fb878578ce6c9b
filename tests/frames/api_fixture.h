#pragma once

// A client that asks the JetStream API by hand.

#include <memory>
#include <string>
#include <string_view>

#include "tests/frames/frames_fixture.h"

namespace walnats::nats {

inline constexpr char kSilence[] = "(silence)";

class ApiTest : public FramesTest {
 protected:
  void Begin(const testing::model::Version& version) {
    client_.reset();
    Start({.version = version});
    client_ = Connect();
  }
  std::string Ask(std::string_view path, std::string_view body = {}) {
    return client_->AskText(Cat("$JS.API.", path), body);
  }
  static std::string Type(std::string_view type) {
    return Cat(R"({"type":"io.nats.jetstream.api.v1.)", type, R"(_response",)");
  }
  static std::string Error(std::string_view type, int http_code, int code,
                           std::string_view description) {
    return Cat(Type(type), R"("error":{"code":)", http_code, R"(,"err_code":)",
               code, R"(,"description":")", description, R"("}})");
  }

  std::unique_ptr<Client> client_;
};

}  // namespace walnats::nats
