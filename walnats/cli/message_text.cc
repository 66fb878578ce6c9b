#include "walnats/cli/message_text.h"

#include <algorithm>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/table.h"
#include "walnats/cli/text.h"

namespace walnats::cli {

std::string_view NameOf(Body::Form form) {
  switch (form) {
    case Body::Form::kJson:
      return "message";
    case Body::Form::kText:
      return "text";
    case Body::Form::kHex:
      return "hex";
  }
  return "?";
}

std::string JsonOf(const Body& body) {
  return body.form == Body::Form::kJson ? body.text : JsonText(body.text);
}

std::string JsonOf(const std::vector<transport::StoredHeader>& headers) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_name;
  for (const transport::StoredHeader& header : headers) {
    auto found = std::ranges::find(
        by_name, header.name, [](const auto& entry) { return entry.first; });
    if (found == by_name.end()) {
      by_name.push_back({header.name, {}});
      found = std::prev(by_name.end());
    }
    found->second.push_back(JsonText(header.value));
  }
  JsonObject object;
  for (const auto& [name, values] : by_name) {
    object.AddJson(name, JsonArray(values));
  }
  return object.text();
}

std::string MessageJson(const transport::StoredMessage& message,
                        const Decoder& decoder) {
  const Body body = decoder.Decode(message.body);
  JsonObject object;
  object.Add("sequence", message.sequence)
      .Add("time", message.time)
      .Add("subject", message.subject)
      .AddJson("headers", JsonOf(message.headers))
      .Add("schema", decoder.schema())
      .AddJson(NameOf(body.form), JsonOf(body));
  return object.text();
}

std::string MessageLine(const transport::StoredMessage& message,
                        const Decoder& decoder, bool color) {
  constexpr size_t kMostHex = 256;
  const Body body = decoder.Decode(message.body);
  std::string text = Visible(body.text);
  if (body.form == Body::Form::kHex) {
    const bool cut = text.size() > kMostHex;
    text = Cat(HumanBytes(message.body.size()), ": ", text.substr(0, kMostHex),
               cut ? "..." : "");
  }
  return Cat(Paint(Cat(message.sequence), Color::kBold, color), "  ",
             Paint(HumanTime(message.time), Color::kDim, color), "  ", text);
}

}  // namespace walnats::cli
