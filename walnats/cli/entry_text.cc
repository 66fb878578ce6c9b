#include "walnats/cli/entry_text.h"

#include "walnats/base/strings.h"
#include "walnats/cli/decoder.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/message_text.h"
#include "walnats/cli/text.h"

namespace walnats::cli {
namespace {

std::string ValueText(const KvEntry& entry) {
  constexpr size_t kMostHex = 64;
  const Body body = PlainBody(entry.value);
  if (body.form != Body::Form::kHex) return Visible(body.text);
  const bool cut = body.text.size() > kMostHex;
  return Cat(HumanBytes(entry.value.size()), ": ",
             body.text.substr(0, kMostHex), cut ? "..." : "");
}

}  // namespace

std::string_view NameOf(KvOperation operation) {
  switch (operation) {
    case KvOperation::kPut:
      return "put";
    case KvOperation::kDelete:
      return "delete";
    case KvOperation::kPurge:
      return "purge";
  }
  return "?";
}

std::string EntryJson(const KvEntry& entry) {
  JsonObject object;
  object.Add("bucket", entry.bucket)
      .Add("key", entry.key)
      .Add("revision", entry.revision)
      .Add("created", entry.created)
      .Add("operation", NameOf(entry.operation));
  if (entry.operation == KvOperation::kPut) {
    const Body body = PlainBody(entry.value);
    const bool hex = body.form == Body::Form::kHex;
    object.Add(hex ? "hex" : "value", body.text);
  }
  return object.text();
}

Table EntryTable() {
  return Table(
      {{"REVISION", true}, {"CREATED"}, {"OPERATION"}, {"KEY"}, {"VALUE"}});
}

void AddRow(Table& table, const KvEntry& entry) {
  table.Add({Cat(entry.revision), HumanTime(entry.created),
             std::string(NameOf(entry.operation)), entry.key,
             ValueText(entry)});
}

std::string EntryLine(const KvEntry& entry, bool color) {
  const bool put = entry.operation == KvOperation::kPut;
  return Cat(Paint(Cat(entry.revision), Color::kBold, color), "  ",
             Paint(HumanTime(entry.created), Color::kDim, color), "  ",
             Paint(NameOf(entry.operation), put ? Color::kNone : Color::kYellow,
                   color),
             "  ", Printable(entry.key), put ? "  " : "",
             put ? ValueText(entry) : "");
}

}  // namespace walnats::cli
