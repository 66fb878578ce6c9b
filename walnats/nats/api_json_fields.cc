#include "walnats/nats/api_json_fields.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cassert>
#include <utility>

#include "walnats/base/strings.h"
#include "walnats/transport/server_error.h"

namespace walnats::nats {
namespace {

template <class Number>
std::optional<Number> Numeric(const boost::json::object& from,
                              std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::json::error_code error;
  const Number number = value->to_number<Number>(error);
  if (error) return std::nullopt;
  return number;
}

// Keys that belong to the server: kept as they are, and not shown.
bool IsServersKey(std::string_view key) { return key.starts_with("_nats."); }

}  // namespace

std::string_view ReadText(const boost::json::object& from,
                          std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  const boost::json::string& text = value->get_string();
  return {text.data(), text.size()};
}

int64_t ReadInteger(const boost::json::object& from, std::string_view name,
                    int64_t otherwise) {
  return Numeric<int64_t>(from, name).value_or(otherwise);
}

uint64_t ReadCount(const boost::json::object& from, std::string_view name) {
  return Numeric<uint64_t>(from, name).value_or(0);
}

bool ReadFlag(const boost::json::object& from, std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

absl::Duration ReadNanoseconds(const boost::json::object& from,
                               std::string_view name,
                               absl::Duration otherwise) {
  const std::optional<int64_t> number = Numeric<int64_t>(from, name);
  return number ? absl::Nanoseconds(*number) : otherwise;
}

absl::Time ReadTimestamp(const boost::json::object& from,
                         std::string_view name) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, ToAbsl(ReadText(from, name)), &time,
                       &error)) {
    return absl::UnixEpoch();
  }
  return time;
}

const boost::json::object* ReadObject(const boost::json::object& from,
                                      std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

const boost::json::array* ReadList(const boost::json::object& from,
                                   std::string_view name) {
  const boost::json::value* value = from.if_contains(name);
  return value == nullptr ? nullptr : value->if_array();
}

std::optional<absl::Duration> ReadDuration(const boost::json::object& from,
                                           std::string_view name) {
  const absl::Duration duration =
      ReadNanoseconds(from, name, absl::ZeroDuration());
  if (duration <= absl::ZeroDuration()) return std::nullopt;
  return duration;
}

std::vector<std::string> ReadTexts(const boost::json::object& from,
                                   std::string_view name) {
  std::vector<std::string> texts;
  const boost::json::array* list = ReadList(from, name);
  if (list == nullptr) return texts;
  for (const boost::json::value& value : *list) {
    if (value.is_string()) texts.emplace_back(value.get_string());
  }
  return texts;
}

std::map<std::string, std::string> ReadMetadata(
    const boost::json::object& from) {
  std::map<std::string, std::string> metadata;
  const boost::json::object* all = ReadObject(from, "metadata");
  if (all == nullptr) return metadata;
  for (const auto& [key, value] : *all) {
    const std::string name(key);
    if (value.is_string() && !IsServersKey(name)) {
      metadata.emplace(name, value.get_string());
    }
  }
  return metadata;
}

void SetUnless(bool is_default, boost::json::object& to, std::string_view name,
               boost::json::value value) {
  if (is_default) {
    to.erase(name);
  } else {
    to[name] = std::move(value);
  }
}

void SetText(boost::json::object& to, std::string_view name,
             const std::string& text) {
  SetUnless(text.empty(), to, name, boost::json::string(text));
}

void SetFlag(boost::json::object& to, std::string_view name, bool flag) {
  SetUnless(!flag, to, name, flag);
}

void SetDuration(boost::json::object& to, std::string_view name,
                 absl::Duration duration) {
  to[name] = absl::ToInt64Nanoseconds(duration);
}

boost::json::array ToArray(const std::vector<std::string>& texts) {
  boost::json::array result;
  for (const std::string& text : texts) {
    result.emplace_back(boost::json::string(text));
  }
  return result;
}

void SetMetadata(boost::json::object& to,
                 const std::map<std::string, std::string>& metadata,
                 const transport::Features& features) {
  boost::json::object all;
  if (features.metadata) {
    if (const boost::json::object* old = ReadObject(to, "metadata")) {
      for (const auto& [key, value] : *old) {
        if (IsServersKey({key.data(), key.size()})) all[key] = value;
      }
    }
    for (const auto& [key, value] : metadata) all[key] = value;
  }
  const bool none = all.empty();
  SetUnless(none, to, "metadata", std::move(all));
}

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", time, absl::UTCTimeZone());
}

boost::json::object ParseRaw(const std::string& raw) {
  if (raw.empty()) return {};
  absl::StatusOr<boost::json::object> known = ParseObject(raw, "raw config");
  assert(known.ok());  // it is what we wrote ourselves
  return known.ok() ? *std::move(known) : boost::json::object();
}

absl::StatusOr<boost::json::object> ParseObject(std::string_view json,
                                                std::string_view what) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(json, error);
  if (error) {
    return Error(absl::StatusCode::kInternal, what,
                 ": no JSON: ", error.message());
  }
  if (!value.is_object()) {
    return Error(absl::StatusCode::kInternal, what, ": no JSON object");
  }
  return std::move(value.get_object());
}

absl::StatusOr<boost::json::object> ParseAnswer(std::string_view json,
                                                std::string_view what) {
  absl::StatusOr<boost::json::object> answer = ParseObject(json, what);
  if (!answer.ok()) return answer;
  const boost::json::object* error = ReadObject(*answer, "error");
  if (error == nullptr) return answer;
  return transport::ServerError(
      static_cast<int>(ReadInteger(*error, "code")),
      static_cast<int>(ReadInteger(*error, "err_code")),
      ReadText(*error, "description"));
}

}  // namespace walnats::nats
