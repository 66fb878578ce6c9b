#pragma once

// What the model refuses with, in the server's words.
//
// Source: nats-server, server/errors.json; texts in place of `{err}` from
// server/stream.go, server/store.go and server/consumer.go.

#include <cstdint>
#include <string>
#include <string_view>

#include "walnats/base/strings.h"
#include "walnats/testing/jetstream_model/refusal.h"

namespace walnats::testing::model {

inline Refusal Silence() { return {.http_code = 0}; }
// What a request with a reply gets if nobody has subscribed its subject.
inline Refusal NoResponders() {
  return {.http_code = 503, .description = "no responders"};
}
inline Refusal BadRequest() { return {400, 10003, "bad request"}; }

// ---- streams
inline Refusal StreamNotFound() { return {404, 10059, "stream not found"}; }
inline Refusal StreamExists() {
  return {400, 10058,
          "stream name already in use with a different configuration"};
}
inline Refusal SubjectsOverlap() {
  return {400, 10065, "subjects overlap with an existing stream"};
}
inline Refusal InvalidStream(std::string_view why) {
  return {500, 10052, std::string(why)};
}
inline Refusal StreamNameHasSlash() {
  return {400, 10128, "Stream name can not contain path separators"};
}
inline Refusal NeedsCluster() {
  return {500, 10074, "replicas > 1 not supported in non-clustered mode"};
}
inline Refusal PurgeFailed(std::string_view why) {
  return {500, 10110, std::string(why)};
}

// ---- messages
inline Refusal MessageNotFound() { return {404, 10037, "no message found"}; }
inline Refusal SequenceNotFound(uint64_t sequence) {
  return {400, 10043, Cat("sequence ", sequence, " not found")};
}
inline Refusal DeleteFailed(std::string_view why) {
  return {500, 10057, std::string(why)};
}
inline Refusal MessageTooLarge() {
  return {400, 10054, "message size exceeds maximum allowed"};
}
inline Refusal HeadersTooLarge() {
  return {400, 10097, "header size exceeds maximum allowed of 64k"};
}
inline Refusal StoreFailed(std::string_view why) {
  return {503, 10077, std::string(why)};
}
inline Refusal RollupFailed(std::string_view why) {
  return {500, 10111, std::string(why)};
}
inline Refusal WrongStream() {
  return {400, 10060, "expected stream does not match"};
}
inline Refusal WrongLastSequence(uint64_t sequence) {
  return {400, 10071, Cat("wrong last sequence: ", sequence)};
}
inline Refusal WrongLastSequenceInBatch() {
  return {400, 10164, "wrong last sequence"};
}
inline Refusal WrongLastMessageId(std::string_view id) {
  return {400, 10070, Cat("wrong last msg ID: ", id)};
}
inline Refusal TtlInvalid() { return {400, 10165, "invalid per-message TTL"}; }
inline Refusal TtlsDisabled() {
  return {400, 10166, "per-message TTL is disabled"};
}
inline Refusal SubjectWithoutSequence() {
  return {400, 10193,
          "missing sequence for expected last sequence per subject"};
}

// ---- batches
inline Refusal BatchesDisabled() {
  return {400, 10174, "atomic publish is disabled"};
}
inline Refusal BatchWithoutSequence() {
  return {400, 10175, "atomic publish sequence is missing"};
}
inline Refusal BatchIncomplete() {
  return {400, 10176, "atomic publish batch is incomplete"};
}
inline Refusal BatchHeaderUnsupported(std::string_view header) {
  return {400, 10177, Cat("atomic publish unsupported header used: ", header)};
}
inline Refusal BatchIdInvalid() {
  return {400, 10179, "atomic publish batch ID is invalid"};
}
inline Refusal BatchTooLarge(int limit) {
  return {400, 10199, Cat("atomic publish batch is too large: ", limit)};
}
inline Refusal BatchCommitInvalid() {
  return {400, 10200, "atomic publish batch commit is invalid"};
}
inline Refusal BatchHasDuplicate() {
  return {400, 10201, "atomic publish batch contains duplicate message id"};
}
inline Refusal TooManyBatches() {
  return {429, 10210, "atomic publish too many inflight"};
}

// ---- consumers
inline Refusal ConsumerNotFound() { return {404, 10014, "consumer not found"}; }
inline Refusal ConsumerExists() {
  return {400, 10148, "consumer already exists"};
}
inline Refusal NoConsumerToUpdate() {
  return {400, 10149, "consumer does not exist"};
}
inline Refusal TooManyConsumers() {
  return {400, 10026, "maximum consumers limit reached"};
}
inline Refusal ConsumerNameHasSlash() {
  return {400, 10127, "Consumer name can not contain path separators"};
}
inline Refusal FilterOutsideStream() {
  return {400, 10093,
          "consumer filter subject is not a valid subset of the interest "
          "subjects"};
}
inline Refusal FiltersOverlap() {
  return {400, 10138, "consumer subject filters cannot overlap"};
}
inline Refusal FilterEmpty() {
  return {400, 10139, "consumer filter in FilterSubjects cannot be empty"};
}
inline Refusal InvalidDeliverPolicy(std::string_view why) {
  return {400, 10094, std::string(why)};
}
inline Refusal WorkQueueNeedsExplicitAck() {
  return {400, 10098, "workqueue stream requires explicit ack"};
}
inline Refusal WorkQueueNeedsFilter() {
  return {400, 10099,
          "multiple non-filtered consumers not allowed on workqueue stream"};
}
inline Refusal WorkQueueNotUnique() {
  return {400, 10100, "filtered consumer not unique on workqueue stream"};
}
inline Refusal WorkQueueNeedsDeliverAll() {
  return {400, 10101, "consumer must be deliver all on workqueue stream"};
}
inline Refusal PullNeedsAck() {
  return {400, 10084,
          "consumer in pull mode requires explicit ack policy on "
          "workqueue stream"};
}

}  // namespace walnats::testing::model
