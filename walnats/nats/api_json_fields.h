#pragma once

// Fields of the JetStream API's JSON objects, read and written: what the files
// api_json*.cc share. Readers return `otherwise` for a field that is missing or
// of another kind, because releases of the server differ in what they leave
// out.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "walnats/transport/config.h"
#include "walnats/transport/transport.h"

namespace boost::json {
class array;
class object;
class value;
}  // namespace boost::json

namespace walnats::nats {

std::string_view ReadText(const boost::json::object& from,
                          std::string_view name);
int64_t ReadInteger(const boost::json::object& from, std::string_view name,
                    int64_t otherwise = 0);
uint64_t ReadCount(const boost::json::object& from, std::string_view name);
bool ReadFlag(const boost::json::object& from, std::string_view name);
// Integer nanoseconds.
absl::Duration ReadNanoseconds(const boost::json::object& from,
                               std::string_view name, absl::Duration otherwise);
// RFC 3339; the epoch otherwise.
absl::Time ReadTimestamp(const boost::json::object& from,
                         std::string_view name);
// nullptr otherwise.
const boost::json::object* ReadObject(const boost::json::object& from,
                                      std::string_view name);
const boost::json::array* ReadList(const boost::json::object& from,
                                   std::string_view name);

// nullopt for zero and less, which is how the server writes "unlimited".
std::optional<absl::Duration> ReadDuration(const boost::json::object& from,
                                           std::string_view name);
std::vector<std::string> ReadTexts(const boost::json::object& from,
                                   std::string_view name);
// Without the server's own keys ("_nats.").
std::map<std::string, std::string> ReadMetadata(
    const boost::json::object& from);

// Writers. A value that is the server's default is left out, and taken out of
// a config that came from the server.
void SetUnless(bool is_default, boost::json::object& to, std::string_view name,
               boost::json::value value);
void SetText(boost::json::object& to, std::string_view name,
             const std::string& text);
void SetFlag(boost::json::object& to, std::string_view name, bool flag);
void SetDuration(boost::json::object& to, std::string_view name,
                 absl::Duration duration);
// Leaves the server's own keys as they are.
void SetMetadata(boost::json::object& to,
                 const std::map<std::string, std::string>& metadata,
                 const transport::Features& features);
boost::json::array ToArray(const std::vector<std::string>& texts);

// As the server writes it, cut off to nanoseconds.
std::string FormatTimestamp(absl::Time time);

// What a config's `raw` holds; an empty object for an empty one.
boost::json::object ParseRaw(const std::string& raw);

// Any JSON object; kInternal for other bytes, which `what` names.
absl::StatusOr<boost::json::object> ParseObject(std::string_view json,
                                                std::string_view what);
// An answer of the API: its error as a Status.
absl::StatusOr<boost::json::object> ParseAnswer(std::string_view json,
                                                std::string_view what);

// The inverse of StreamRequest and ConsumerRequest.
transport::StreamConfig ReadStreamConfig(const boost::json::object& from);
transport::ConsumerConfig ReadConsumerConfig(const boost::json::object& from);

}  // namespace walnats::nats
