#include "tests/memory/memory_fixture.h"

namespace walnats::testing {

std::vector<std::string> Deliveries::bodies() const {
  std::vector<std::string> bodies;
  for (const transport::Delivery& delivery : all) {
    bodies.emplace_back(delivery.message().body());
  }
  return bodies;
}

std::vector<std::string> Messages::bodies() const {
  std::vector<std::string> bodies;
  for (const transport::Message& message : all) {
    bodies.emplace_back(message.body());
  }
  return bodies;
}

void MemoryTest::TearDown() {
  flow_.reset();
  if (transport_ != nullptr) Run(transport_->Close());
}

void MemoryTest::Restart(const MemoryServerOptions& options) {
  flow_.reset();
  if (transport_ != nullptr) Run(transport_->Close());
  transport_.reset();
  server_ = std::make_unique<MemoryServer>(clock_, options);
  transport_ = server_->Connect();
}

void MemoryTest::MakeConsumer(absl::Duration ack_wait) {
  transport::StreamConfig stream;
  stream.name = "s";
  stream.subjects = {"s"};
  const auto made = Run(transport_->CreateStream(stream));
  ASSERT_TRUE(made.ok()) << made.status();
  transport::ConsumerConfig consumer;
  consumer.name = "c";
  consumer.filter_subjects = {"s"};
  consumer.ack_wait = ack_wait;
  const auto created = Run(transport_->CreateConsumer("s", consumer));
  ASSERT_TRUE(created.ok()) << created.status();
}

void MemoryTest::OpenFlow(int want) {
  flow_ = transport_->Open("s", "c", {}, deliveries_);
  flow_->Want(want);
}

absl::StatusOr<transport::PubAck> MemoryTest::Publish(
    std::string_view body, transport::Expect expect) {
  Completion completion;
  completion.message = To("s", body);
  completion.expect = expect;
  transport_->Publish(completion);
  clock_.Poll();
  if (!completion.result) return absl::InternalError("not answered yet");
  return *completion.result;
}

transport::ConsumerInfo MemoryTest::Consumer() {
  return *Run(transport_->GetConsumer("s", "c"));
}

}  // namespace walnats::testing
