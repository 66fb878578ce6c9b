#include "walnats/actor/dead_letter.h"

#include "google/protobuf/util/time_util.h"
#include "walnats/v1/dead_letter.pb.h"

namespace walnats::internal {
namespace {

google::protobuf::Timestamp ToProto(absl::Time time) {
  return google::protobuf::util::TimeUtil::NanosecondsToTimestamp(
      absl::ToUnixNanos(time));
}

}  // namespace

v1::DeadLetter MakeDeadLetter(const Job& job, const absl::Status& status,
                              std::span<const FailedAttempt> errors,
                              absl::Time now) {
  const transport::Message& message = job.delivery.message();
  v1::DeadLetter letter;
  letter.set_service(job.scope.service);
  letter.set_service_version(job.scope.service_version);
  letter.set_actor(job.scope.actor.name());
  letter.set_event(std::string(job.scope.actor.event().name()));
  letter.set_subject(std::string(job.origin.subject));
  letter.set_stream(std::string(job.origin.stream));
  letter.set_sequence(job.origin.sequence);
  *letter.mutable_stored_at() = ToProto(job.origin.time);
  *letter.mutable_stream_created() = ToProto(job.origin.stream_created);
  letter.set_generation(job.origin.generation);
  letter.set_key(job.key);
  letter.set_parked_behind(job.parked_behind);
  message.VisitHeaders([&](const Header& header) {
    if (IsOriginHeader(header.name)) return;
    v1::Header& copy = *letter.add_headers();
    copy.set_name(std::string(header.name));
    copy.set_value(std::string(header.value));
  });
  letter.set_body(std::string(message.body()));
  letter.set_schema(job.scope.actor.handler()->schema());
  letter.set_attempts(job.attempt);
  letter.set_code(absl::StatusCodeToString(status.code()));
  letter.set_error(std::string(status.message()));
  *letter.mutable_died_at() = ToProto(now);
  for (const FailedAttempt& failed : errors) {
    v1::AttemptError& error = *letter.add_errors();
    error.set_attempt(failed.attempt);
    *error.mutable_at() = ToProto(failed.at);
    error.set_code(absl::StatusCodeToString(failed.code));
    error.set_error(failed.error);
  }
  return letter;
}

}  // namespace walnats::internal
