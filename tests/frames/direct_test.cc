#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/frames/frames_fixture.h"

namespace walnats::nats {
namespace {

using ::testing::ElementsAre;

class DirectTest : public FramesTest {
 protected:
  void Begin(const testing::model::Version& version) {
    client_.reset();
    Start({.version = version});
    client_ = Connect();
    AddStream(*client_, R"(,"allow_direct":true)");
    for (const std::string subject : {"s.b", "s.a", "s.b", "s.a"}) {
      client_->AskText(subject, Cat("m", ++count_), {{"k", "v"}});
    }
    count_ = 0;
  }
  std::string Ask(std::string_view path, std::string_view body = {}) {
    return client_->AskText(Cat("$JS.API.DIRECT.GET.", path), body);
  }

  int count_ = 0;
  std::unique_ptr<Client> client_;
};

TEST_F(DirectTest, AnswersAsRecorded) {
  for (const auto& version : kBoth) {
    Begin(version);
    const std::string nobody =
        version == testing::model::kNewest ? "(503)" : "(silence)";
    client_->AskText("$JS.API.STREAM.CREATE.N",
                     R"({"name":"N","subjects":["n"]})");
    EXPECT_EQ(Ask("S", R"({"seq":2})"), "m2");
    EXPECT_EQ(Ask("S.s.a"), "m4");
    EXPECT_EQ(Ask("S", R"({"last_by_subj":"s.b"})"), "m3");
    EXPECT_EQ(Ask("S", R"({"seq":2,"next_by_subj":"s.b"})"), "m3");
    EXPECT_EQ(Ask("S.s.zz"), "(404 Message Not Found)");
    EXPECT_EQ(Ask("S", R"({"seq":20})"), "(404 Message Not Found)");
    EXPECT_EQ(Ask("S"), "(408 Empty Request)");
    EXPECT_EQ(Ask("S", "{}"), "(408 Empty Request)");
    EXPECT_EQ(Ask("S", R"({"foo":1})"), "(408 Empty Request)");
    EXPECT_EQ(Ask("S", "{bad"), "(408 Malformed Request)");
    EXPECT_EQ(Ask("N", R"({"seq":1})"), nobody);
    EXPECT_EQ(Ask("NOPE", R"({"seq":1})"), nobody);
  }
}

TEST_F(DirectTest, AMessageCarriesWhereItComesFrom) {
  Begin(testing::model::kNewest);
  const Heard message =
      client_->Ask("$JS.API.DIRECT.GET.S", R"({"seq":2})").front();
  std::vector<std::string> headers;
  for (const transport::StoredHeader& one : message.headers) {
    headers.push_back(Cat(one.name, ": ", one.value));
  }
  EXPECT_THAT(headers,
              ElementsAre("k: v", "Nats-Stream: S", "Nats-Subject: s.a",
                          "Nats-Sequence: 2",
                          "Nats-Time-Stamp: 2001-09-09T01:46:40.000000000Z"));
}

TEST_F(DirectTest, TheNewestOfManySubjectsEndWithAStatus) {
  Begin(testing::model::kNewest);
  std::vector<std::string> answers;
  for (const Heard& one :
       client_->Ask("$JS.API.DIRECT.GET.S", R"({"multi_last":["s.*"]})")) {
    answers.push_back(Cat(one.status(), one.body, " ",
                          one.header("Nats-Num-Pending"), " ",
                          one.header("Nats-Last-Sequence")));
  }
  EXPECT_THAT(answers, ElementsAre("m3 1 0", "m4 0 3", "204 EOB 0 4"));
  EXPECT_EQ(Ask("S", R"({"multi_last":["zz"]})"), "(404 No Results)");
  Begin(testing::model::kOldest);
  EXPECT_EQ(Ask("S", R"({"multi_last":["s.*"]})"), "(408 Empty Request)");
}

}  // namespace
}  // namespace walnats::nats
