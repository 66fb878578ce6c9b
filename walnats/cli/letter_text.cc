#include "walnats/cli/letter_text.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "walnats/base/strings.h"
#include "walnats/cli/human.h"
#include "walnats/cli/json.h"
#include "walnats/cli/message_text.h"
#include "walnats/cli/text.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::cli {
namespace {

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixNanos(
      google::protobuf::util::TimeUtil::TimestampToNanoseconds(time));
}

std::string FirstLine(const std::string& text) {
  constexpr size_t kMost = 60;
  std::string line = text.substr(0, text.find('\n'));
  if (line.size() <= kMost) return line;
  // No half of a letter, which would look like hostile bytes.
  size_t end = kMost - 3;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) {
    --end;
  }
  return line.substr(0, end) + "...";
}

std::vector<transport::StoredHeader> HeadersOf(const v1::DeadLetter& letter) {
  std::vector<transport::StoredHeader> headers;
  for (const v1::Header& header : letter.headers()) {
    headers.push_back({header.name(), header.value()});
  }
  return headers;
}

std::string ErrorsJson(const v1::DeadLetter& letter) {
  std::vector<std::string> errors;
  for (const v1::AttemptError& error : letter.errors()) {
    JsonObject object;
    object.Add("attempt", error.attempt())
        .Add("at", ToTime(error.at()))
        .Add("code", error.code())
        .Add("error", error.error());
    errors.push_back(object.text());
  }
  return JsonArray(errors);
}

// "name            value".
class Lines {
 public:
  void Add(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    const size_t blanks = name.size() < 16 ? 16 - name.size() : 1;
    absl::StrAppend(&text_, ToAbsl(name), std::string(blanks, ' '),
                    ToAbsl(value), "\n");
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string BodyText(const v1::DeadLetter& letter, const Decoder& decoder) {
  if (letter.body_left_out()) {
    return Cat("left out, too large: message ", letter.sequence(),
               " of stream ", Printable(letter.stream()));
  }
  const Body body = decoder.Decode(letter.body());
  return Visible(body.text, true);
}

}  // namespace

std::string_view NameOf(LetterState state) {
  switch (state) {
    case LetterState::kDead:
      return "dead";
    case LetterState::kParked:
      return "parked";
    case LetterState::kRedriven:
      return "redriven";
    case LetterState::kHandled:
      return "handled";
    case LetterState::kDeadAgain:
      return "dead again";
  }
  return "?";
}

Table LetterTable() {
  return Table({{"NUMBER", true},
                {"AGE", true},
                {"EVENT"},
                {"ACTOR"},
                {"SEQUENCE", true},
                {"TRIES", true},
                {"STATE"},
                {"CODE"},
                {"ERROR"}});
}

void AddRow(Table& table, const DeadLetterEntry& entry, absl::Time now) {
  const v1::DeadLetter& letter = *entry.letter;
  const bool open =
      entry.state == LetterState::kDead || entry.state == LetterState::kParked;
  table.Add(
      {Cat(entry.number), HumanDuration(now - ToTime(letter.died_at())),
       letter.event(), letter.actor(), Cat(letter.sequence()),
       Cat(letter.attempts()),
       Cell(std::string(NameOf(entry.state)), open ? Color::kRed : Color::kDim),
       letter.code(), FirstLine(letter.error())});
}

std::string LetterJson(const DeadLetterEntry& entry, const Decoder* decoder) {
  const v1::DeadLetter& letter = *entry.letter;
  JsonObject object;
  object.Add("number", entry.number)
      .Add("state", NameOf(entry.state))
      .Add("service", letter.service())
      .Add("service_version", letter.service_version())
      .Add("actor", letter.actor())
      .Add("event", letter.event())
      .Add("subject", letter.subject())
      .Add("stream", letter.stream())
      .Add("sequence", letter.sequence())
      .Add("generation", letter.generation())
      .Add("stored_at", ToTime(letter.stored_at()))
      .Add("died_at", ToTime(letter.died_at()))
      .Add("attempts", letter.attempts())
      .Add("code", letter.code())
      .Add("error", letter.error())
      .AddJson("errors", ErrorsJson(letter))
      .Add("schema", letter.schema())
      .Add("key", letter.key())
      .Add("parked_behind", letter.parked_behind());
  if (decoder == nullptr) return object.text();
  object.AddJson("headers", JsonOf(HeadersOf(letter)));
  if (!letter.body_left_out()) {
    const Body body = decoder->Decode(letter.body());
    object.AddJson(NameOf(body.form), JsonOf(body));
  }
  return object.text();
}

std::string LetterText(const DeadLetterEntry& entry, const Decoder& decoder,
                       bool color) {
  const v1::DeadLetter& letter = *entry.letter;
  Lines lines;
  lines.Add("letter", Cat(entry.number, " (", NameOf(entry.state), ")"));
  lines.Add("actor", Printable(letter.actor()));
  lines.Add("service",
            Printable(Cat(letter.service(),
                          letter.service_version().empty() ? "" : " ",
                          letter.service_version())));
  lines.Add("event", Printable(letter.event()));
  lines.Add("message",
            Cat(letter.sequence(), " of stream ", Printable(letter.stream()),
                ", stored ", HumanTime(ToTime(letter.stored_at()))));
  lines.Add("died",
            Cat(HumanTime(ToTime(letter.died_at())), " after ",
                Plural(static_cast<uint64_t>(letter.attempts()), "attempt")));
  lines.Add("generation", letter.generation() ? Cat(letter.generation()) : "");
  lines.Add("key", letter.key().empty() ? "" : Printable(letter.key()));
  lines.Add("parked behind", letter.parked_behind()
                                 ? Cat("message ", letter.parked_behind())
                                 : "");
  const std::string cause =
      Cat(letter.code(), ": ", Visible(letter.error(), true));
  lines.Add("error", Paint(cause, Color::kRed, color));
  for (const v1::AttemptError& error : letter.errors()) {
    lines.Add(Cat("  attempt ", error.attempt()),
              Cat(HumanTime(ToTime(error.at())), " ", Printable(error.code()),
                  ": ", Visible(error.error())));
  }
  for (const v1::Header& header : letter.headers()) {
    lines.Add("header",
              Cat(Visible(header.name()), ": ", Visible(header.value())));
  }
  lines.Add("schema",
            letter.schema().empty() ? "" : Printable(letter.schema()));
  lines.Add("body", BodyText(letter, decoder));
  return lines.Take();
}

}  // namespace walnats::cli
