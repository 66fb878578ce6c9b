#include "walnats/actor/dead_letter.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "tests/actor/stage.h"
#include "walnats/actor/dead_file.h"
#include "walnats/testing/run_task.h"

namespace walnats::internal {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::HasSubstr;
using testing::kParcelSent;
using testing::RunTask;
using ::testing::SizeIs;
using testing::Stage;

TEST(DeadLetterTest, SaysAllThatIsKnown) {
  Stage stage;
  stage.Run(testing::Returning(absl::OutOfRangeError("no such user")));
  stage.Deliver({.body = std::string("\0\xff", 2),
                 .headers = {{"Walnats-Trace", "t1"}, {"Color", "red"}},
                 .sequence = 7,
                 .delivered = 2,
                 .time = absl::FromUnixMillis(5'250),
                 .subject = "parcel.sent.eu"});
  ASSERT_THAT(stage.dead.letters, SizeIs(1));
  const v1::DeadLetter& letter = stage.dead.letters[0];
  EXPECT_EQ(letter.service(), "post");
  EXPECT_EQ(letter.service_version(), "1.2.3");
  EXPECT_EQ(letter.actor(), "mailer");
  EXPECT_EQ(letter.event(), "parcel.sent");
  EXPECT_EQ(letter.subject(), "parcel.sent.eu");
  EXPECT_EQ(letter.stream(), "parcel-sent");
  EXPECT_EQ(letter.sequence(), 7u);
  EXPECT_EQ(letter.stored_at(), TimeUtil::MillisecondsToTimestamp(5'250));
  ASSERT_EQ(letter.headers_size(), 2);
  EXPECT_EQ(letter.headers(1).name(), "Color");
  EXPECT_EQ(letter.headers(1).value(), "red");
  EXPECT_EQ(letter.body(), std::string("\0\xff", 2));
  EXPECT_EQ(letter.schema(), "test.Text");
  EXPECT_EQ(letter.attempts(), 2);
  EXPECT_EQ(letter.code(), "OUT_OF_RANGE");
  EXPECT_EQ(letter.error(), "no such user");
  EXPECT_EQ(letter.died_at(), TimeUtil::SecondsToTimestamp(
                                  absl::ToUnixSeconds(stage.clock().Now())));
}

// ---- the file

class DeadFileTest : public ::testing::Test {
 protected:
  DeadFileTest() { std::filesystem::create_directory(directory_); }
  ~DeadFileTest() override { std::filesystem::remove_all(directory_); }

  absl::Status Store(DeadFile& file, const v1::DeadLetter& letter) {
    return RunTask(io_, file.Store(letter));
  }

  std::vector<std::string> Lines() const {
    std::ifstream in(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  boost::asio::io_context io_;
  const std::string directory_ =
      ::testing::TempDir() + "dead_file_" +
      ::testing::UnitTest::GetInstance()->current_test_info()->name() + "_" +
      std::to_string(::getpid());
  const std::string path_ = directory_ + "/dead.jsonl";
};

v1::DeadLetter Letter(uint64_t sequence) {
  v1::DeadLetter letter;
  letter.set_actor("mailer");
  letter.set_sequence(sequence);
  letter.set_body(std::string("a\n\0\xff", 4));
  letter.set_error("said \"no\"\nand left");
  return letter;
}

TEST_F(DeadFileTest, WritesALineOfJsonForEachLetter) {
  DeadFile file(path_);
  EXPECT_TRUE(Lines().empty());
  ASSERT_TRUE(Store(file, Letter(7)).ok());
  ASSERT_TRUE(Store(file, Letter(8)).ok());
  ASSERT_THAT(Lines(), SizeIs(2));
  for (uint64_t sequence : {7, 8}) {
    v1::DeadLetter read;
    const auto parsed = google::protobuf::util::JsonStringToMessage(
        Lines()[sequence - 7], &read);
    ASSERT_TRUE(parsed.ok()) << parsed;
    EXPECT_EQ(read.SerializeAsString(), Letter(sequence).SerializeAsString());
  }
}

TEST_F(DeadFileTest, IsMadeOnlyWhenAMessageDies) {
  { DeadFile file(path_); }
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(DeadFileTest, AppendsToWhatOthersWrote) {
  for (uint64_t sequence : {7, 8}) {
    DeadFile file(path_);
    ASSERT_TRUE(Store(file, Letter(sequence)).ok());
  }
  EXPECT_THAT(Lines(), SizeIs(2));
}

TEST_F(DeadFileTest, NamesThePathThatItCannotWrite) {
  const std::string path = directory_ + "/missing/dead.jsonl";
  DeadFile file(path);
  const absl::Status stored = Store(file, Letter(7));
  EXPECT_EQ(stored.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(stored.message()), HasSubstr(path));
  EXPECT_THAT(std::string(stored.message()), HasSubstr("No such file"));
}

TEST_F(DeadFileTest, TriesAgainToOpen) {
  const std::string below = directory_ + "/later";
  DeadFile file(below + "/dead.jsonl");
  ASSERT_FALSE(Store(file, Letter(7)).ok());
  std::filesystem::create_directory(below);
  EXPECT_TRUE(Store(file, Letter(7)).ok());
}

TEST_F(DeadFileTest, SaysThatTheDiskIsFull) {
  DeadFile file("/dev/full");
  const absl::Status stored = Store(file, Letter(7));
  EXPECT_EQ(stored.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(stored.message()), HasSubstr("No space left"));
}

}  // namespace
}  // namespace walnats::internal
