#include "tests/contract/contract_fixture.h"

#include "absl/strings/str_cat.h"
#include "walnats/base/strings.h"

namespace walnats::contract {

void Contract::SetUp() {
  side_ = MakeSide(GetParam());
  ASSERT_THAT(side_->Start(), IsOk());
  transport_ = Connect();
  ASSERT_NE(transport_, nullptr);
}

void Contract::TearDown() {
  Close(other_);
  Close(transport_);
}

std::unique_ptr<transport::Transport> Contract::Connect() {
  auto transport = Run(side_->Connect());
  EXPECT_THAT(transport, IsOk());
  return transport.ok() ? *std::move(transport) : nullptr;
}

void Contract::Close(std::unique_ptr<transport::Transport>& transport) {
  if (transport != nullptr) Run(transport->Close());
  transport.reset();
}

transport::Transport& Contract::other() {
  if (other_ == nullptr) other_ = Connect();
  return *other_;
}

std::unique_ptr<nats::Wire> Contract::ConnectWire() {
  auto wire = Run(side_->ConnectWire());
  EXPECT_THAT(wire, IsOk());
  return wire.ok() ? *std::move(wire) : nullptr;
}

bool Contract::Has(Difference difference) const {
  const auto version =
      testing::model::ParseVersion(transport_->server().version);
  EXPECT_TRUE(version.has_value()) << transport_->server().version;
  return version.has_value() && testing::model::Has(*version, difference);
}

void Contract::RestartServer(absl::Duration away) {
  ASSERT_THAT(side_->Restart(away), IsOk());
}

transport::StreamConfig Contract::StreamOf(const std::string& name,
                                           std::vector<std::string> subjects) {
  transport::StreamConfig config;
  config.name = name;
  config.subjects = std::move(subjects);
  if (config.subjects.empty()) config.subjects = {name};
  config.storage = Storage::kMemory;
  return config;
}

transport::ConsumerConfig Contract::ConsumerOf(
    const std::string& name, std::vector<std::string> filters) {
  transport::ConsumerConfig config;
  config.name = name;
  config.filter_subjects = std::move(filters);
  config.ack_wait = absl::Milliseconds(200);
  return config;
}

void Contract::MakeStream(const transport::StreamConfig& config) {
  ASSERT_THAT(Run(transport().CreateStream(config)), IsOk());
}

void Contract::MakeConsumer(const std::string& stream,
                            const transport::ConsumerConfig& config) {
  ASSERT_THAT(Run(transport().CreateConsumer(stream, config)), IsOk());
}

transport::StreamInfo Contract::Stream(const std::string& name) {
  auto info = Run(transport().GetStream(name));
  EXPECT_THAT(info, IsOk());
  return info.ok() ? *std::move(info) : transport::StreamInfo();
}

transport::ConsumerInfo Contract::Consumer(const std::string& stream,
                                           const std::string& name) {
  auto info = Run(transport().GetConsumer(stream, name));
  EXPECT_THAT(info, IsOk());
  return info.ok() ? *std::move(info) : transport::ConsumerInfo();
}

std::vector<uint64_t> Contract::Sequences(const std::string& stream) {
  const transport::StreamInfo info = Stream(stream);
  std::vector<uint64_t> sequences;
  if (info.messages == 0) return sequences;
  uint64_t next = info.first_sequence;
  if (info.last_sequence - next > 99) next = info.last_sequence - 99;
  for (; next <= info.last_sequence; ++next) {
    transport::GetOptions get;
    get.sequence = next;
    if (Run(transport().GetMessage(stream, get)).ok()) {
      sequences.push_back(next);
    }
  }
  return sequences;
}

Publication& Contract::Begin(Post post) {
  Publication& publication = publications_.emplace_back();
  publication.post = std::move(post);
  const Post& kept = publication.post;
  for (const transport::StoredHeader& header : kept.headers) {
    publication.headers.push_back({header.name, header.value});
  }
  publication.message = {.subject = kept.subject,
                         .headers = publication.headers,
                         .body = kept.body};
  publication.expect = kept.expect;
  publication.options = kept.options;
  transport().Publish(publication);
  return publication;
}

absl::StatusOr<transport::PubAck> Contract::Publish(Post post) {
  const Publication& publication = Begin(std::move(post));
  if (!Until([&] { return publication.result.has_value(); },
             absl::Seconds(5))) {
    return absl::DeadlineExceededError("the publish came to nothing");
  }
  return *publication.result;
}

void Contract::PublishMany(const std::string& subject, int count) {
  const std::size_t first = publications_.size();
  for (int i = 1; i <= count; ++i) {
    Begin(Post{.subject = subject, .body = absl::StrCat(i)});
  }
  ASSERT_THAT(Run(transport().Flush(absl::Seconds(10))), IsOk());
  for (std::size_t i = first; i < publications_.size(); ++i) {
    ASSERT_TRUE(publications_[i].result.has_value());
    ASSERT_THAT(*publications_[i].result, IsOk());
  }
}

void Contract::Pull(transport::Flow& flow, Deliveries& deliveries, int count) {
  const std::size_t wanted = deliveries.all.size() + count;
  flow.Want(count);
  ASSERT_TRUE(Until([&] { return deliveries.all.size() >= wanted; }))
      << deliveries.all.size() << " of " << wanted << " deliveries";
}

}  // namespace walnats::contract
