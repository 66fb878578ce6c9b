#pragma once

// Makes JSON of a message's bytes with the schema that Register stored beside
// its stream (v1.EventSchema), as far as there is one:
//
//   const Decoder decoder(stored);
//   Body body = decoder.Decode(bytes);

#include <memory>
#include <string>
#include <string_view>

namespace walnats::cli {

struct Body {
  enum class Form {
    kJson,
    kText,
    kHex,  // neither
  };
  Form form = Form::kText;
  std::string text;
};

// Without a schema: text where it is some, else hexadecimal digits.
Body PlainBody(std::string_view bytes);

class Decoder {
 public:
  // `stored`: what the bucket has; empty, or no such thing: all is plain.
  explicit Decoder(std::string_view stored);
  ~Decoder();
  Decoder(Decoder&&) noexcept;

  // What is no message of the schema's type is plain.
  Body Decode(std::string_view bytes) const;

  // The type's full name; empty without a schema.
  const std::string& schema() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace walnats::cli
