#include "walnats/cli/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/text_event.h"
#include "walnats/cli/message_text.h"
#include "walnats/services/schemas.h"
#include "walnats/v1/dead_letter.pb.h"
#include "walnats/v1/schema.pb.h"

namespace walnats::cli {
namespace {

using ::testing::ElementsAre;

// Any message that imports another file.
constexpr Event<v1::DeadLetterRecord> kRecorded("recorded");

TEST(StoredSchemaTest, HoldsTheTypesFileAfterItsImports) {
  v1::EventSchema schema;
  ASSERT_TRUE(schema.ParseFromString(internal::StoredSchema(kRecorded)));
  EXPECT_EQ(schema.event(), "recorded");
  EXPECT_EQ(schema.content_type(), "application/protobuf");
  EXPECT_EQ(schema.schema(), "walnats.v1.DeadLetterRecord");
  std::vector<std::string> files;
  for (const auto& file : schema.files().file()) files.push_back(file.name());
  EXPECT_THAT(files, ElementsAre("google/protobuf/timestamp.proto",
                                 "walnats/v1/dead_letter.proto"));
}

TEST(StoredSchemaTest, OfAnotherCodecHoldsTheNamesOnly) {
  v1::EventSchema schema;
  ASSERT_TRUE(
      schema.ParseFromString(internal::StoredSchema(testing::kMailSent)));
  EXPECT_EQ(schema.content_type(), "text/plain");
  EXPECT_EQ(schema.schema(), "test.Text");
  EXPECT_EQ(schema.files().file_size(), 0);
}

TEST(DecoderTest, MakesJsonOfProtobuf) {
  const Decoder decoder(internal::StoredSchema(kRecorded));
  v1::DeadLetterRecord record;
  record.mutable_at()->set_seconds(86'400);
  record.set_by("anna");
  record.set_sequence(7);
  const Body body = decoder.Decode(record.SerializeAsString());
  EXPECT_EQ(body.form, Body::Form::kJson);
  EXPECT_EQ(body.text,
            R"({"at":"1970-01-02T00:00:00Z","by":"anna","sequence":"7"})");
  EXPECT_EQ(decoder.schema(), "walnats.v1.DeadLetterRecord");
}

TEST(DecoderTest, ShowsAsItIsWhatIsNoSuchMessage) {
  const Decoder decoder(internal::StoredSchema(kRecorded));
  EXPECT_EQ(decoder.Decode("\xff\xff").form, Body::Form::kHex);
  EXPECT_EQ(decoder.Decode("\xff\xff").text, "ffff");
}

TEST(DecoderTest, BadSchemasAreNone) {
  v1::EventSchema hostile;
  hostile.set_content_type("application/protobuf");
  hostile.set_schema("a.B");
  // It imports itself.
  google::protobuf::FileDescriptorProto& file =
      *hostile.mutable_files()->add_file();
  file.set_name("a.proto");
  file.add_dependency("a.proto");
  for (const std::string& stored :
       {std::string(), std::string("\xff"), hostile.SerializeAsString()}) {
    const Body body = Decoder(stored).Decode("plain");
    EXPECT_EQ(body.form, Body::Form::kText);
    EXPECT_EQ(body.text, "plain");
  }
}

TEST(DecoderTest, JsonStaysJson) {
  v1::EventSchema schema;
  schema.set_content_type("application/json");
  const Decoder decoder(schema.SerializeAsString());
  EXPECT_EQ(decoder.Decode("{ \"a\": [1] }").text, R"({"a":[1]})");
  EXPECT_EQ(decoder.Decode("{ \"a\"").form, Body::Form::kText);
}

TEST(MessageTextTest, IsALineForPeopleAndOneForScripts) {
  transport::StoredMessage message;
  message.subject = "pinged";
  message.sequence = 12;
  message.time = absl::UnixEpoch();
  message.headers = {{"A", "1"}, {"B", "\n"}, {"A", "2"}};
  message.body = "hi\x1b[2J\n";
  const Decoder decoder("");
  EXPECT_EQ(MessageLine(message, decoder, false),
            "12  1970-01-01 00:00:00.000  7 B: 68691b5b324a0a");
  message.body = "hi\n";
  EXPECT_EQ(MessageLine(message, decoder, false),
            "12  1970-01-01 00:00:00.000  hi\\x0a");
  EXPECT_EQ(MessageJson(message, decoder),
            R"({"sequence":12,"time":"1970-01-01T00:00:00+00:00",)"
            R"("subject":"pinged","headers":{"A":["1","2"],"B":["\n"]},)"
            R"("schema":"","text":"hi\n"})");
}

}  // namespace
}  // namespace walnats::cli
