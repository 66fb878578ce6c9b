#pragma once

// The schemas that Register has stored, looked up once per stream.

#include <map>
#include <string>

#include "walnats/cli/decoder.h"
#include "walnats/cli/session.h"

namespace walnats::cli {

class Schemas {
 public:
  explicit Schemas(Session& session) : session_(session) {}

  // Of a stream without schema, one that shows everything as it is. Stays as
  // long as this does.
  Task<const Decoder*> Of(const std::string& stream);

 private:
  Session& session_;
  std::map<std::string, Decoder> decoders_;
};

}  // namespace walnats::cli
